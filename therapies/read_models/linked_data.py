"""The evidence and its therapies in words of schema.org, for search engines of data sets and of medicine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from nelm_review.core import changes, linked_data
from nelm_review.core.linked_data import JsonText
from therapies.models import Release, Therapy
from therapies.services.releases import texts

Absolute = Callable[[str], str]

NAME = f"{texts.SITE}: {texts.TITLE}"
DESCRIPTION = (
    "Published results of liver-directed therapies and their comparators in patients with neuroendocrine"
    " liver metastases: response, survival, symptoms and harms by study arm, each with its source and its"
    " state of verification."
)
LICENCE_ADDRESS = "https://spdx.org/licenses/MIT.html"


def of_map(absolute: Absolute) -> JsonText:
    """Return the evidence of this moment as a data set: one query."""
    version, changed_at = changes.last(changes.EVIDENCE)
    return _dataset(
        absolute(reverse("map")),
        version=f"state {version}",
        dateModified=changed_at,
        distribution=[
            _download(absolute(reverse("map_csv")), "text/csv", "Every cell of the map"),
            _download(absolute("/api/v1/results"), "application/json", "Every result"),
        ],
    )


def of_release(release: Release, absolute: Absolute) -> JsonText:
    """Return a release as a data set that does not change."""
    return _dataset(
        absolute(release.get_absolute_url()),
        version=release.version,
        datePublished=release.released_at,
        dateModified=release.released_at,
        identifier={
            "@type": "PropertyValue",
            "propertyID": "SHA-256 of the archive",
            "value": release.sha256,
        },
        distribution=[
            _download(
                absolute(reverse("release_archive", args=[release.version])),
                "application/zip",
                "Everything: JSON, CSV, README, citation and checksums",
            )
        ],
    )


def of_therapy(therapy: Therapy, absolute: Absolute) -> JsonText:
    """Return the page of a therapy: what it is about, and for whom it is written."""
    return linked_data.text(
        {
            "@type": "MedicalWebPage",
            "name": therapy.name,
            "url": absolute(therapy.get_absolute_url()),
            "inLanguage": "en",
            "about": {
                "@type": "MedicalTherapy",
                "name": therapy.name,
                "alternateName": list(dict.fromkeys([therapy.abbreviation, *therapy.synonyms])),
            },
            "audience": {"@type": "MedicalAudience", "audienceType": "Clinician"},
            "publisher": _creator(),
        }
    )


def _dataset(url: str, **more: Any) -> JsonText:
    return linked_data.text(
        {
            "@type": "Dataset",
            "name": NAME,
            "description": DESCRIPTION,
            "url": url,
            "license": LICENCE_ADDRESS,
            "isAccessibleForFree": True,
            "inLanguage": "en",
            "creator": _creator(),
            "isBasedOn": texts.REVIEW,
            "keywords": ["neuroendocrine tumours", "liver metastases", "liver-directed therapy"],
            **more,
        }
    )


def _creator() -> dict[str, str]:
    return {"@type": "Organization", "name": texts.AUTHORS}


def _download(url: str, kind: str, name: str) -> dict[str, str]:
    return {"@type": "DataDownload", "contentUrl": url, "encodingFormat": kind, "name": name}
