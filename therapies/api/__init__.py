"""The open API of the evidence and its literature, under `/api/v1/`."""

from __future__ import annotations

import references.api
from nelm_review.core.api import PublicAPI
from therapies.api import evidence_map, results, studies, vocabularies

DESCRIPTION = """
What liver-directed therapies achieve in neuroendocrine liver metastases, as JSON. Reading needs no account.

**Counting.** A study counts once in a cell of the map if it has at least one published result whose arm's
therapy is the row's therapy or below it. Reviews, meta-analyses and guidelines are counted apart. Patients
are those of the arms behind the results (the study's own number where no such arm states one), and patients
that several studies share are counted once. Studies of mixed tumour types are left out unless
`histology=all`. Nothing of a study is counted once its primary report was retracted.

**Numbers.** A printed number is a JSON number with the digits its source prints: `0.80` stays `0.80`, days
stay days. `null` means that the source does not say, never zero. What this site computes is in fields named
`computed_…`. `verification` says whether a second editor has checked a number.

**Filters** are those of the pages, under the same names; repeat a parameter where it takes several values. A
parameter that is not known or cannot be read is refused with status 422 and a sentence that names it.

**Limits.** 120 requests within any minute from one address (status 429 and `Retry-After` beyond it; the
network of an IPv6 address counts as one), and at most 500 items in one answer of a list, whose `Link` header
leads to its next, previous, first and last part. Every answer has an `ETag`: send it back as `If-None-Match`,
and where nothing has changed the answer is an empty 304, which is not counted. Any site may read the API from
its own pages (CORS), without credentials.
""".strip()

api = PublicAPI(title="NELM Review API", version="1", description=DESCRIPTION, urls_namespace="api")
for router in (
    evidence_map.router,
    vocabularies.router,
    studies.router,
    results.router,
    references.api.router,
):
    api.add_router("", router)
