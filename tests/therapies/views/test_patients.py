"""The page “Patients like mine”, and what it hands on to the map, the cells and the studies."""

from __future__ import annotations

import pytest

from tests.builders import make_arm, make_outcome, make_population, make_result, make_study, make_therapy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _evidence():
    therapy, outcome = make_therapy("tace", name="Chemoembolization"), make_outcome("orr", short_name="ORR")
    for key, stated in {
        "one": {"primary": {"pancreas": {"n": 7}}},
        "two": {"primary": {"lung": {}}},
        "three": {},
    }.items():
        arm = make_arm(make_study(key, label=f"Study {key}", population=f"The <b>{key}</b>"), therapy)
        make_population(arm.study, quotes=[f"The <b>{key}</b>"], **stated)
        make_result(arm, outcome)


def page_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_page_without_a_choice_asks_and_says_what_is_known(client):
    page = page_of(client, "/patients/")

    assert 'name="primary" value="pancreas"' in page
    assert "What the sources say of their patients" in page
    assert "Therapies with such patients" not in page


def test_page_lists_therapies_and_arms_with_links_that_carry_the_choice(client):
    page = page_of(client, "/patients/?primary=pancreas&year_from=2000&design=retrospective-cohort")

    assert "1 arm matches" not in page  # no year is known, so nothing lies inside
    page = page_of(client, "/patients/?primary=pancreas&design=retrospective-cohort")
    filters = "design=retrospective-cohort&amp;primary=pancreas"
    assert f'href="/evidence/tace/orr/?{filters}"' in page
    assert f'href="/?family=tace&amp;{filters}"' in page
    assert '<input type="hidden" name="design" value="retrospective-cohort">' in page
    for words in ("1 arm matches", "1 arm does not report it", "1 arm has no such patients"):
        assert words in page
    assert 'href="/studies/three/"' in page
    assert "pancreas (n = 7), of the whole study" in page


def test_page_reports_a_choice_that_cannot_be_read(client):
    page = page_of(client, "/patients/?primary=kidney&grade=g1")

    assert "(filter “primary” ignored)" in page
    assert "3 arms do not report it" in page


def test_part_of_the_page_is_sent_to_htmx(client):
    page = client.get("/patients/?primary=pancreas", headers={"HX-Request": "true"}).content.decode()

    assert "<h1" not in page
    assert "1 arm matches" in page


def test_page_needs_few_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        client.get("/patients/?primary=pancreas&grade=g1")


def test_map_counts_inside_the_choice_and_hands_it_on(client):
    page = page_of(client, "/?primary=pancreas")

    assert "/evidence/tace/orr/?primary=pancreas" in page
    assert "1 study" in page


def test_cell_shows_whose_patients_match(client):
    page = page_of(client, "/evidence/tace/orr/?primary=pancreas")

    assert "Patients like these" in page
    assert "1 arm matches" in page
    assert 'href="/patients/?primary=pancreas"' in page


def test_cell_of_all_patients_leads_to_the_choice(client):
    page = page_of(client, "/evidence/tace/orr/")

    assert 'href="/patients/"' in page
    assert "arm matches" not in page


def test_study_shows_its_fields_beside_its_text_with_the_mark(client):
    page = page_of(client, "/studies/one/")

    assert "Primary site: pancreas (n = 7)" in page
    assert "structured by hand from the text" in page
    assert "<q>The &lt;b&gt;one&lt;/b&gt;</q>" in page
    assert "structured by hand" not in page_of(client, "/studies/three/")
