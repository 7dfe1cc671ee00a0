"""Authors in reading order, affiliations listed once and numbered."""

from __future__ import annotations

import pytest

from references.models import Author
from references.read_models.reference_authors import MOST_SHOWN, people


def _author(**fields) -> Author:
    return Author(**{"role": Author.Role.AUTHOR, "position": 1, **fields})


def test_people_number_each_affiliation_once():
    shown = people(
        [
            _author(last_name="One", affiliations=["Nowhere", "Elsewhere"]),
            _author(last_name="Two", affiliations=["Elsewhere"]),
            _author(last_name="Three", affiliations=["Third place", "Nowhere"]),
        ]
    )

    assert shown.affiliations == ("Nowhere", "Elsewhere", "Third place")
    assert [line.affiliations for line in shown.authors] == [(1, 2), (2,), (3, 1)]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"fore_name": "Ada B", "last_name": "Sample", "initials": "AB"}, "Ada B Sample"),
        ({"fore_name": "Otto", "last_name": "Fictus", "suffix": "Jr"}, "Otto Fictus Jr"),
        ({"last_name": "Sample", "initials": "AB"}, "Sample AB"),
        ({"last_name": "Nobody"}, "Nobody"),
        ({"collective_name": "Synthetic Study Group"}, "Synthetic Study Group"),
    ],
)
def test_people_names_persons_and_groups(fields, name):
    assert people([_author(**fields)]).authors[0].name == name


def test_people_tell_roles_apart():
    shown = people(
        [
            _author(last_name="Writer"),
            _author(last_name="Editor", role=Author.Role.EDITOR),
            _author(last_name="Helper", role=Author.Role.INVESTIGATOR),
        ]
    )

    named = [[line.name for line in lines] for lines in (shown.authors, shown.editors, shown.investigators)]
    assert named == [["Writer"], ["Editor"], ["Helper"]]


@pytest.mark.parametrize(("n", "n_first"), [(MOST_SHOWN + 3, MOST_SHOWN + 3), (MOST_SHOWN + 4, MOST_SHOWN)])
def test_people_fold_only_long_lists(n, n_first):
    shown = people([_author(last_name=f"Writer {number}") for number in range(n)])

    assert len(shown.first_authors) == n_first
    assert shown.first_authors + shown.more_authors == shown.authors
