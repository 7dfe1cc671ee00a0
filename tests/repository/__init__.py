"""Guards the conventions of the repository itself."""
