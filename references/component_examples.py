"""Examples of the components that show references."""

from __future__ import annotations

from nelm_review.core.styleguide import Example
from references.read_models.facets import Facet, Option

EXAMPLES = {
    "facet": (
        Example(
            "Free, taken and empty choices",
            {
                "facet": Facet(
                    "origin",
                    "Where it comes from",
                    (
                        Option("PubMed", 208, "?origin=pubmed", is_chosen=False),
                        Option("Shipped evidence", 167, "?", is_chosen=True),
                        Option("Entered by hand", 0, "?origin=manual", is_chosen=False),
                    ),
                    n_more=2,
                )
            },
        ),
    ),
    "identifier_links": (
        Example("All known", {"doi": "10.99999/synthetic.1", "pmcid": "PMC99000001", "pmid": 99000001}),
        Example("Only one", {"doi": "", "pmcid": "", "pmid": 99000001}),
        Example("None: nothing", {"doi": "", "pmcid": "", "pmid": None}),
    ),
}
