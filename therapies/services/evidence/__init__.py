"""The curated evidence as files: loaded into the library, and written back.

from therapies.services import evidence
evidence.load(directory)   # idempotent; raises evidence.EvidenceError with every problem named
evidence.dump(directory)
"""

from therapies.services.evidence.dumping import dump
from therapies.services.evidence.loading import check, load
from therapies.services.evidence.problems import EvidenceError
from therapies.services.evidence.reading import DATA, FILES, OPTIONAL

__all__ = ["DATA", "FILES", "OPTIONAL", "EvidenceError", "check", "dump", "load"]
