"""The literature as JSON; `therapies.api` puts its router under `/api/v1/`."""

from references.api.references import name_reference, router
from references.api.schemas import ReferenceName

__all__ = ["ReferenceName", "name_reference", "router"]
