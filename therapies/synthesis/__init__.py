"""Meta-analysis as pure functions of numbers: no Django, no database, the figures of metafor."""
