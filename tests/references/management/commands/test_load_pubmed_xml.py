"""`manage.py load_pubmed_xml`."""

from __future__ import annotations

import gzip
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from nelm_review.core.models import User
from references.models import Reference
from tests.builders import make_reference
from tests.pubmed_corpus import FIRST_PMID, article_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.xml"
    path.write_bytes(article_set(30))
    return path


def load(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("load_pubmed_xml", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_load_pubmed_xml_reports_what_became_of_the_records(corpus: Path) -> None:
    first, _ = load(corpus)
    second, _ = load(corpus)

    assert first == f"{corpus}: 30 new, 0 updated, 0 unchanged, 0 withdrawn by PubMed, 0 failed.\n"
    assert second == f"{corpus}: 0 new, 0 updated, 30 unchanged, 0 withdrawn by PubMed, 0 failed.\n"


def test_load_pubmed_xml_reads_gzip_and_several_files(corpus: Path, tmp_path: Path) -> None:
    packed = tmp_path / "update.xml.gz"
    packed.write_bytes(gzip.compress(article_set(40, seed=2)))

    out, _ = load(corpus, packed)

    assert (
        out.splitlines()[1] == f"{packed}: 10 new, 30 updated, 0 unchanged, 0 withdrawn by PubMed, 0 failed."
    )


def test_load_pubmed_xml_is_in_the_history(corpus: Path, editor_a: User) -> None:
    reference = make_reference(pmid=FIRST_PMID)

    load(corpus, "--as", "editor-a")

    context = reference.history.order_by("-pgh_id").first().pgh_context.metadata
    assert (context["user"], context["reason"]) == (editor_a.pk, "File corpus.xml")


def test_load_pubmed_xml_names_broken_and_withdrawn_records(corpus: Path) -> None:
    broken = corpus.read_bytes().replace(b"</ArticleTitle>", b"</ArticleTitel>", 1)
    deletion = f"<DeleteCitation><PMID>{FIRST_PMID + 1}</PMID></DeleteCitation></PubmedArticleSet>"
    corpus.write_bytes(broken.replace(b"</PubmedArticleSet>", deletion.encode()))

    out, err = load(corpus)

    assert out.endswith("28 new, 0 updated, 0 unchanged, 1 withdrawn by PubMed, 1 failed.\n")
    assert err.startswith(f"{corpus}: PMID {FIRST_PMID}: Record 1 (PMID {FIRST_PMID}) is broken: ")


def test_load_pubmed_xml_shows_only_the_first_of_many_broken_records(corpus: Path) -> None:
    corpus.write_bytes(corpus.read_bytes().replace(b"</ArticleTitle>", b"</ArticleTitel>"))

    out, err = load(corpus)

    assert "30 failed" in out
    assert (len(err.splitlines()), err.splitlines()[-1]) == (21, f"{corpus}: more like this is not shown.")


def test_load_pubmed_xml_keeps_what_came_before_the_end_of_a_cut_file(corpus: Path, tmp_path: Path) -> None:
    corpus.write_bytes(corpus.read_bytes()[:-2_000])
    other = tmp_path / "other.xml"
    other.write_bytes(article_set(5, first_pmid=FIRST_PMID + 100))

    with pytest.raises(CommandError, match=r"cannot be read: The XML stops .*after 29 records"):
        load(corpus, other)

    assert Reference.objects.count() == 29 + 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "It is empty"),
        (b"<html><title>Sign in</title></html>", "It is an HTML page"),
        (b"{}", "It is JSON"),
        (b"TY  - JOUR", "It is not XML"),
        (b"<feed/>", "its outermost element is <feed>"),
        (b"\x1f\x8bnot gzip", "The gzip data are damaged"),
        (b"<!DOCTYPE PubmedArticleSet [<!ENTITY a 'b'>]><PubmedArticleSet/>", "declares entities"),
    ],
)
def test_load_pubmed_xml_refuses_what_is_not_pubmed_xml(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "other.xml"
    path.write_bytes(content)

    with pytest.raises(CommandError) as error:
        load(path)

    assert str(error.value).startswith(f"{path} cannot be read: ")
    assert reason in str(error.value)


def test_load_pubmed_xml_looks_for_all_files_first(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no file .*absent\.xml"):
        load(corpus, tmp_path / "absent.xml")

    assert not Reference.objects.exists()
