"""The search of the whole site: therapies, outcomes, the cells where both meet, studies and references."""
