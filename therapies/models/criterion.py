"""What a patient is told apart by, and which words of a population fit which choice: the vocabulary.

A population lists, for each criterion, the values that its text states. A reader chooses among fewer words,
and every value says which of these it stands for: for certain, for some of its patients, or perhaps.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass


class Fit(enum.StrEnum):
    """How a group of patients answers to what a reader chose; the order is from best to worst."""

    MATCHES = "matches"
    PARTLY = "partly"
    UNREPORTED = "unreported"
    NO = "no"

    @property
    def rank(self) -> int:
        return list(Fit).index(self)


@dataclass(frozen=True)
class Meaning:
    """One value: its patients are spread over `stands_for`, perhaps also over `perhaps`.

    `beside` are choices on which the value is silent although it is certain of `stands_for` (a primary tumour
    that was resected says nothing about earlier resection of the liver).
    """

    label: str
    stands_for: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()

    def fit(self, chosen: Collection[str]) -> Fit:
        """Say how patients of this value alone answer to any of the choices."""
        if self.stands_for and self.stands_for | self.perhaps <= set(chosen):
            return Fit.MATCHES
        if self.stands_for & set(chosen):
            return Fit.PARTLY
        return Fit.UNREPORTED if (self.perhaps | self.beside) & set(chosen) else Fit.NO


@dataclass(frozen=True, eq=False)
class Criterion:
    """One thing that tells patients apart: what a reader can choose, and what a population can state."""

    code: str
    label: str
    choices: Mapping[str, str]
    values: Mapping[str, Meaning]

    def fit(self, stated: Collection[str], chosen: Collection[str]) -> Fit:
        """Say how a group of patients with these values answers to any of the choices."""
        fits = {self.values[value].fit(chosen) for value in stated if value in self.values}
        if fits == {Fit.MATCHES}:
            return Fit.MATCHES
        if fits & {Fit.MATCHES, Fit.PARTLY}:
            return Fit.PARTLY
        return Fit.UNREPORTED if Fit.UNREPORTED in fits or not fits else Fit.NO

    def touching(self, chosen: Collection[str]) -> list[str]:
        """Return the values by one of which a group matches, or partly matches, any of the choices."""
        return self._values_that(chosen, {Fit.MATCHES, Fit.PARTLY})

    def possible(self, chosen: Collection[str]) -> list[str]:
        """Return the values by one of which a group is not known to be without any of the choices."""
        return self._values_that(chosen, {Fit.MATCHES, Fit.PARTLY, Fit.UNREPORTED})

    def _values_that(self, chosen: Collection[str], wanted: Collection[Fit]) -> list[str]:
        return [value for value, meaning in self.values.items() if meaning.fit(chosen) in wanted]

    def words(self, chosen: Collection[str]) -> str:
        """Return the choices in words: “G1 or G2”."""
        return " or ".join(label for code, label in self.choices.items() if code in chosen)


def _only(label: str, choice: str) -> Meaning:
    return Meaning(label, frozenset({choice}))


def _spread(label: str, *choices: str, perhaps: Collection[str] = ()) -> Meaning:
    return Meaning(label, frozenset(choices), frozenset(perhaps))


def _perhaps(label: str, choices: Collection[str]) -> Meaning:
    return Meaning(label, perhaps=frozenset(choices))


REST = "the others, not described"
YES_NO = {"yes": "Yes", "no": "No"}

_SITES = {
    "small-bowel": "Small bowel (midgut)",
    "pancreas": "Pancreas",
    "lung": "Lung",
    "stomach": "Stomach",
    "colorectal": "Colon or rectum",
    "other": "Another known site",
    "unknown": "Unknown primary",
}
PRIMARY = Criterion(
    "primary",
    "Primary site",
    _SITES,
    {
        "small-bowel": _only("small bowel or midgut", "small-bowel"),
        "pancreas": _only("pancreas", "pancreas"),
        "lung": _only("lung or bronchus", "lung"),
        "stomach": _only("stomach", "stomach"),
        "colorectal": _only("colon or rectum", "colorectal"),
        "thyroid": _only("thyroid (medullary carcinoma)", "other"),
        "adrenal": _only("adrenal gland", "other"),
        "ovary": _only("ovary", "other"),
        "unknown": _only("unknown primary", "unknown"),
        "intestine": _spread("intestine, not split", "small-bowel", "colorectal"),
        "gastrointestinal": _spread("gastrointestinal, not split", "small-bowel", "stomach", "colorectal"),
        "gep": _spread(
            "gastroenteropancreatic, not split", "small-bowel", "pancreas", "stomach", "colorectal"
        ),
        "any": _spread("any origin, not split", *_SITES),
        # A word of histology: in these sources it stands beside “islet cell” or “pancreatic”, never for them.
        "carcinoid": _perhaps("carcinoid, site not stated", set(_SITES) - {"pancreas"}),
        "other": _perhaps("others, site not stated", _SITES),
        "rest": _perhaps(REST, _SITES),
    },
)

_GRADES = {"g1": "G1", "g2": "G2", "g3": "G3 (tumour or carcinoma)"}
GRADE = Criterion(
    "grade",
    "Grade",
    _GRADES,
    {
        "g1": _only("G1", "g1"),
        "g2": _only("G2", "g2"),
        "g3": _only("G3", "g3"),
        "g1-g2": _spread("G1 or G2, not split", "g1", "g2"),
        "low-grade": _spread("low grade, no class stated", "g1", perhaps={"g2"}),
        # G1 and G2 in the WHO classification of 2010; since 2017 (pancreas) and 2019 (gut) some are G3.
        "well-differentiated": _spread("well differentiated", "g1", "g2", perhaps={"g3"}),
        "moderately-differentiated": _only("moderately differentiated", "g2"),
        "poorly-differentiated": _only("poorly differentiated", "g3"),
        "any": _spread("any grade, not split", *_GRADES),
        "rest": _perhaps(REST, _GRADES),
    },
)

_BURDENS = {"up-to-25": "Up to 25% of the liver", "26-50": "26–50%", "over-50": "More than 50%"}
BURDEN = Criterion(
    "burden",
    "Liver burden",
    _BURDENS,
    {
        "up-to-10": _only("up to 10% of the liver", "up-to-25"),
        "11-25": _only("11–25% of the liver", "up-to-25"),
        "26-50": _only("26–50% of the liver", "26-50"),
        "over-50": _only("more than 50% of the liver", "over-50"),
        "up-to-50": _spread("not more than 50% of the liver", "up-to-25", "26-50"),
        "around-50": _spread("around 50% of the liver", "26-50", "over-50", perhaps={"up-to-25"}),
        "spread": _spread("spread over the whole scale", *_BURDENS),
        "large": _perhaps("large or extensive, not measured", _BURDENS),
        "rest": _perhaps(REST, _BURDENS),
    },
)

FUNCTIONAL = Criterion(
    "functional",
    "Functional syndrome",
    YES_NO,
    {
        "functional": _only("functional", "yes"),
        "non-functional": _only("not functional", "no"),
        "symptomatic": _perhaps("symptomatic, whether by hormones not stated", YES_NO),
        "rest": _perhaps(REST, YES_NO),
    },
)

PRIOR_PRRT = Criterion(
    "prior_prrt",
    "PRRT before",
    YES_NO,
    {
        "given": _only("PRRT before", "yes"),
        "not-given": _only("no PRRT before", "no"),
        "rest": _perhaps(REST, YES_NO),
    },
)

_RESECTIONS = {"primary": "Of the primary tumour", "liver": "Of liver metastases", "none": "None"}
PRIOR_RESECTION = Criterion(
    "prior_resection",
    "Resection before",
    _RESECTIONS,
    {
        "primary": Meaning("primary tumour resected", frozenset({"primary"}), beside=frozenset({"liver"})),
        "liver": Meaning(
            "liver metastases resected before", frozenset({"liver"}), beside=frozenset({"primary"})
        ),
        "none": _only("no resection before", "none"),
        "rest": _perhaps(REST, _RESECTIONS),
    },
)

EXTRAHEPATIC = Criterion(
    "extrahepatic",
    "Disease outside the liver",
    YES_NO,
    {
        "present": _only("disease outside the liver", "yes"),
        "absent": _only("none outside the liver", "no"),
        "liver-dominant": _perhaps("liver-dominant, others not stated", YES_NO),
        "rest": _perhaps(REST, YES_NO),
    },
)

CRITERIA = {
    criterion.code: criterion
    for criterion in (PRIMARY, GRADE, BURDEN, FUNCTIONAL, PRIOR_PRRT, PRIOR_RESECTION, EXTRAHEPATIC)
}
