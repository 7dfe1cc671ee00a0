"""Which entry of the controlled list the printed criteria of a result belong to; the text itself is kept.

The rules, the first that applies:

1. No text, or text that only says how a number was summarised (“pooled median”, “range across literature”):
   not stated.
2. A named set of response criteria (RECIST and its versions, mRECIST, WHO, EASL): that set; two or more of
   them (“RECIST or EASL”): several. What else the text says (time, unit, subgroup) does not matter.
3. A named scale of adverse events: CTCAE (also under its former name NCI CTC) or Clavien–Dindo. A grade
   without a scale is the study's own definition.
4. For survival outcomes, a time origin: diagnosis, or the first or studied treatment.
5. Anything else: the study's own definition.
"""

from __future__ import annotations

import re

from therapies.models import Criteria, Outcome
from therapies.services.evidence.shapes import OutcomeEntry

_SUMMARY = re.compile(
    r"(?:(?:pooled|average|range|mean|median)\b(?: (?:pooled|median|mean))?"
    r"(?: (?:across|over) (?:the )?(?:literature|studies))?)(?:; mean duration [\d.\-– ]+ months)?",
    re.IGNORECASE,
)
_RESPONSE = (
    (Criteria.MRECIST, re.compile(r"\bm-?RECIST\b", re.IGNORECASE)),
    (Criteria.RECIST_1_1, re.compile(r"(?<![\w-])RECIST(?: version| v\.?)? ?1\.1\b", re.IGNORECASE)),
    (Criteria.RECIST_1_0, re.compile(r"(?<![\w-])RECIST(?: version| v\.?)? ?1\.0\b", re.IGNORECASE)),
    (Criteria.RECIST, re.compile(r"(?<![\w-])RECIST(?!(?: version| v\.?)? ?1\.[01]\b)\b", re.IGNORECASE)),
    (Criteria.WHO, re.compile(r"\bWHO\b")),
    (Criteria.EASL, re.compile(r"\bEASL\b")),
)
_TOXICITY = (
    (Criteria.CTCAE, re.compile(r"\bCTC(?:AE)?\b")),
    (Criteria.CLAVIEN_DINDO, re.compile(r"\bClavien", re.IGNORECASE)),
)
_ORIGIN = (
    (Criteria.FROM_DIAGNOSIS, re.compile(r"\b(?:from|after|since) (?:\w+ )?diagnosis\b", re.IGNORECASE)),
    (
        Criteria.FROM_TREATMENT,
        re.compile(
            r"\b(?:from|after|since) (?:the )?(?:first |initial |start of |date of )*"
            r"(?:treatment|therapy|procedure|surgery|resection|ablation|\w*embolization)\b",
            re.IGNORECASE,
        ),
    ),
)


def classify_criteria(text: str | None, outcome: OutcomeEntry | Outcome) -> Criteria:
    """Return the controlled criteria of a result's printed text, by the rules above."""
    if not text or _SUMMARY.fullmatch(text.strip()):
        return Criteria.NOT_STATED
    response = [criteria for criteria, pattern in _RESPONSE if pattern.search(text)]
    if response:
        return response[0] if len(response) == 1 else Criteria.SEVERAL
    named = _TOXICITY + (_ORIGIN if outcome.domain == Outcome.Domain.SURVIVAL else ())
    return next((criteria for criteria, pattern in named if pattern.search(text)), Criteria.OTHER)
