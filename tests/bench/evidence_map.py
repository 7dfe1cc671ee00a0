"""The evidence map on generated evidence: 10,000 studies, 100,000 results, 2,000 references waiting.

Run with `python -m tests.bench.evidence_map`. The floor beside it is PostgreSQL alone aggregating the same
published results by arm's therapy and outcome, without rolling them up the tree and without the values.
"""

from __future__ import annotations

import gzip

from django.http import HttpResponse
from django.utils import timezone

from tests.bench import scratch

N_STUDIES, ARMS_PER_STUDY, RESULTS_PER_ARM, N_WAITING = 10_000, 2, 5, 2_000
TITLES = ("Chemoembolization of liver metastases", "Microwave ablation or SIRT", "Liver metastases", "TARE")

GENERATE = (
    """
INSERT INTO therapies_study (key, label, design, design_is_stated, centres, countries, enrolment, registry_id,
                             n_patients, population, histology, note)
SELECT 'generated-' || g, 'Generated ' || g,
       (ARRAY['retrospective-cohort', 'case-series', 'prospective-single-arm', 'meta-analysis'])[1 + g %% 4],
       true, '', '{}', '', '', 20 + g %% 90, '', CASE WHEN g %% 20 = 0 THEN 'mixed' ELSE 'net' END, ''
FROM generate_series(1, %(n_studies)s) g
""",
    """
INSERT INTO therapies_arm (study_id, code, label, therapy_id, n, position)
SELECT s.id, 'a' || a, 'Arm ' || a,
       (SELECT array_agg(id ORDER BY id) FROM therapies_therapy)
           [1 + (s.id * 7 + a * 3) %% (SELECT count(*) FROM therapies_therapy)],
       CASE WHEN (s.id + a) %% 5 = 0 THEN NULL ELSE 10 + (s.id * a) %% 80 END, a
FROM therapies_study s, generate_series(1, %(n_arms)s) a WHERE s.key LIKE 'generated-%%'
""",
    """
INSERT INTO therapies_result (arm_id, outcome_id, position, criteria, criteria_text, timepoint_months, value,
    unit, not_reached, per, is_composite, source_where, override_reason, verification, withdrawal_reason,
    published_at, published_by_id)
SELECT a.id, o.id, r, (ARRAY['recist', 'mrecist', 'who', 'not-stated'])[1 + (a.id + r) %% 4], '',
       CASE WHEN o.code LIKE '%%-rate' THEN 12 * (1 + (a.id + r) %% 5) END, (a.id * 13 + r * 7) %% 101,
       CASE o.measure WHEN 'proportion' THEN '%%' WHEN 'median-time' THEN 'months' ELSE 'score' END,
       false, 'patient', false, 'generated', '', 'extracted', '', now(), %(user)s
FROM therapies_arm a JOIN therapies_study s ON s.id = a.study_id, generate_series(1, %(n_results)s) r
JOIN LATERAL (
    SELECT * FROM therapies_outcome ORDER BY id OFFSET (a.id + r * 4) %% 21 LIMIT 1
) o ON true
WHERE s.key LIKE 'generated-%%'
""",
)


def generate() -> None:
    """Fill the scratch database: the shipped vocabularies, and generated studies below them."""
    from django.db import connection

    from nelm_review.core.models import User

    with connection.cursor() as cursor:
        # History is not what is measured.
        for table in ("study", "arm", "result"):
            cursor.execute(f"ALTER TABLE therapies_{table} DISABLE TRIGGER USER")
        sizes = {"n_studies": N_STUDIES, "n_arms": ARMS_PER_STUDY, "n_results": RESULTS_PER_ARM}
        for statement in GENERATE:
            cursor.execute(statement, {**sizes, "user": User.objects.evidence_loader().pk})
            # Without statistics, each foreign key would be checked by reading the whole table.
            cursor.execute("ANALYZE")
    generate_literature()


def generate_literature() -> None:
    """Give every generated study its report, and let a finished search have found references nobody read."""
    from django.db import connection

    from nelm_review.core.models import User
    from references.models import Reference, SearchHit, SearchRun
    from therapies.models import Study, StudyReport

    def references(n: int) -> list[Reference]:
        return Reference.objects.bulk_create(
            Reference(
                origin=Reference.Origin.MANUAL,
                title=f"{TITLES[number % len(TITLES)]}, generated {number}",
                published_year=1990 + number % 35,
            )
            for number in range(n)
        )

    studies = Study.objects.filter(key__startswith="generated-")
    StudyReport.objects.bulk_create(
        StudyReport(study=study, reference=reference, role=StudyReport.Role.PRIMARY, position=1)
        for study, reference in zip(studies, references(N_STUDIES), strict=True)
    )
    now = timezone.now()
    run = SearchRun.objects.create(
        kind=SearchRun.Kind.QUERY,
        query="chemoembolization OR radioembolization OR ablation",
        state=SearchRun.State.DONE,
        requested_by=User.objects.evidence_loader(),
        finished_at=now,
    )
    SearchHit.objects.bulk_create(
        SearchHit(
            run=run, pmid=99_000_000 + place, position=place, state=SearchHit.State.NEW, reference=found
        )
        for place, found in enumerate(references(N_WAITING), start=1)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def main() -> None:
    """Print the time of the counting, of the whole page and of the floor, with queries and bytes."""
    with scratch.database():
        from django.core.cache import caches
        from django.core.management import call_command
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from therapies import derivation, evidence_map
        from therapies.models import Outcome, Result
        from therapies.read_models import gaps
        from therapies.scope import Scope

        call_command("load_evidence", verbosity=0)
        small = Client().get("/")
        print(f"shipped evidence: {len(gzip.compress(small.content)):,} bytes of HTML, compressed")
        generate()
        print(f"generated evidence: {Result.objects.count():,} results")

        def floor() -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT a.therapy_id, r.outcome_id, count(DISTINCT a.study_id), sum(a.n) "
                    "FROM therapies_result r JOIN therapies_arm a ON a.id = r.arm_id "
                    "WHERE r.published_at IS NOT NULL GROUP BY 1, 2"
                )
                cursor.fetchall()

        client = Client()

        def page() -> HttpResponse:
            caches["pages"].clear()
            return client.get("/")

        with CaptureQueriesContext(connection) as queries:
            response = page()
            n_queries = len(queries)
        rows, outcomes = evidence_map.build(Scope()).rows, list(Outcome.objects.all())
        seconds = scratch.timed(
            floor,
            lambda: evidence_map.build(Scope()),
            lambda: derivation.derived(Scope()),
            lambda: gaps.load(Scope(), rows, outcomes),
            page,
            rounds=9,
        )
        print(scratch.line("floor: PostgreSQL grouping the same rows", seconds[0]))
        print(scratch.line("evidence map, counted", seconds[1]))
        print(scratch.line(f"derived results ({len(derivation.derived(Scope()))})", seconds[2]))
        print(scratch.line("gaps, freshness, certainty", seconds[3]))
        print(scratch.line(f"evidence map, whole page ({n_queries} queries)", seconds[4]))
        print(f"page: {len(response.content):,} bytes, {len(gzip.compress(response.content)):,} compressed")


if __name__ == "__main__":
    main()
