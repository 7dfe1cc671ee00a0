"""Every public page, once: an address on the shipped evidence for each, for pictures and for the browser.

`{version}` stands for a release and `{reference}` for a reference, whose keys no file knows.
"""

from __future__ import annotations

from collections.abc import Mapping

# Pages by name; several of one kind where their content differs in kind.
PAGES = {
    "map": "/",
    "map-table": "/?view=table",
    "map-families": "/?level=family&comparators=on",
    "evidence": "/evidence/tace/orr/",
    "evidence-pooled": "/evidence/tace/symptom-response/?definition=not-stated&more=1",
    "evidence-medians": "/evidence/tace/os-median/",
    "evidence-empty": "/evidence/ire/qol/",
    "compare": "/compare/?t=tace&t=tare-y90",
    "compare-start": "/compare/",
    "patients": "/patients/?primary=pancreas",
    "therapies": "/therapies/",
    "therapy": "/therapies/tace/",
    "outcome": "/outcomes/orr/",
    "studies": "/studies/",
    "study": "/studies/gillams-2005/",
    "search": "/search/?q=tace",
    "references": "/references/",
    "reference": "/references/{reference}/",
    "review": "/review/",
    "methods": "/methods/",
    "updates": "/updates/",
    "releases": "/releases/",
    "release": "/releases/{version}/",
    "release-compare": "/releases/compare/?from={version}&to=now",
    "release-cell": "/releases/{version}/evidence/tace/orr/",
    "sheet-cell": "/evidence/tace/orr/sheet/",
    "sheet-therapy": "/therapies/tace/sheet/",
    "sheet-compare": "/compare/sheet/?t=tace&t=tare-y90",
    "styleguide": "/styleguide/",
    "api": "/api/v1/docs",
    "sign-in": "/accounts/login/",
}


def addresses(values: Mapping[str, object]) -> dict[str, str]:
    """Return the pages by name, with `version` and `reference` filled in."""
    return {name: address.format(**values) for name, address in PAGES.items()}
