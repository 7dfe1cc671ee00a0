"""Therapies side by side: what was compared inside studies first, then what single arms report."""
