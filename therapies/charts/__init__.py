"""Numbers to pixels: pure geometry without Django. Lengths are in the units of a viewBox."""
