"""Sheets for a tumour board: one printed page of a cell, a therapy or a comparison."""

from __future__ import annotations

from therapies.read_models.sheets import cell, comparison, therapy

__all__ = ["cell", "comparison", "therapy"]
