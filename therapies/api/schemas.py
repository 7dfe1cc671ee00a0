"""What the API says about therapies, outcomes, studies and numbers, with the meaning of every field."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from nelm_review.core.api import PrintedNumber
from references.api import ReferenceName
from therapies.models import Certainty as CertaintyRow
from therapies.models import Comparison as ComparisonRow
from therapies.models import Criteria as CriteriaCode
from therapies.models import Outcome as OutcomeRow
from therapies.models import Population as PopulationRow
from therapies.models import Result as ResultRow
from therapies.models import Study as StudyRow
from therapies.models import StudyReport, TherapyClaim
from therapies.models import Therapy as TherapyRow
from therapies.read_models.gaps import Gap


class TherapyName(BaseModel):
    code: str
    name: str


class OutcomeName(BaseModel):
    code: str
    name: str


class StudyName(BaseModel):
    key: str
    label: str


class MapRow(BaseModel):
    """One therapy of the tree; parents stand before their children."""

    therapy: str = Field(description="Code of the therapy.")
    name: str
    parent: str | None = Field(description="Code of the therapy above it.")
    depth: int = Field(description="0 for the root of a family.")


class MapColumn(BaseModel):
    """One outcome."""

    outcome: str = Field(description="Code of the outcome.")
    name: str
    domain: OutcomeRow.Domain


class DesignMix(BaseModel):
    """How many studies of a cell have which design."""

    randomized: int
    prospective: int
    retrospective: int = Field(description="Registries among them.")
    series: int


class Certainty(BaseModel):
    """The GRADE level of a cell, judged on its whole evidence whatever the filters."""

    level: CertaintyRow.Level
    reason: str


class MapCell(BaseModel):
    """What was found for one therapy (and everything below it) and one outcome; zeros where nothing was."""

    therapy: str
    outcome: str
    n_studies: int = Field(description="Studies with a published result here, reviews not among them.")
    n_patients: int = Field(
        description="Patients of the arms behind those results, each shared cohort counted once."
    )
    n_results: int = Field(description="Published results of those studies.")
    n_reviews: int = Field(
        description="Reviews, meta-analyses and guidelines with a published result here, counted apart."
    )
    n_derived: int = Field(
        description="Response rates that no arm reports but one leaves to be summed; never among n_results."
    )
    designs: DesignMix = Field(description="The studies of n_studies by design.")
    newest_study: int | None = Field(description="Year of the newest study; null where none is known.")
    gap: Gap | None = Field(
        description="Why no study gives a number: “not-searched” says that nobody looked, “none-found” that a"
        " search gave nothing, “waiting” that references wait to be read, “not-extractable” that what is"
        " reported holds no number, “not-applicable” that the outcome has no meaning for the therapy, and"
        " “left-out” that the filters (mixed tumour types among them) hide what there is."
    )
    certainty: Certainty | None = Field(description="Null where nobody has judged it.")
    last_search: date | None = Field(
        description="Day of the last finished search whose query names the therapy, or one above or below it."
    )
    n_waiting: int = Field(
        description="References on the therapy that a search found and no study uses, whatever their outcome."
    )


class EvidenceMap(BaseModel):
    """Therapies by outcomes, one cell for each pair."""

    rows: list[MapRow]
    columns: list[MapColumn]
    cells: list[MapCell] = Field(description="Row by row, in the order of rows and columns.")


class Therapy(TherapyName):
    """One treatment in the tree."""

    abbreviation: str
    kind: TherapyRow.Kind
    parent: str | None = Field(description="Code of the therapy above it.")
    depth: int = Field(description="0 for the root of a family.")
    synonyms: list[str]
    mesh: list[str] = Field(description="MeSH headings.")
    is_covered_by_source_review: bool = Field(description="Criss & Makary 2024 has a section on it.")


class NoteSource(BaseModel):
    """What a claim rests on."""

    reference: ReferenceName
    read_at: str = Field(description="Where its text was read, often no more than the abstract.")


class NoteClaim(BaseModel):
    """One sentence in our own words."""

    text: str
    sources: list[NoteSource] = Field(description="At least one, in the order in which it cites them.")


class NoteSection(BaseModel):
    """What a clinician reads about a treatment under one heading."""

    section: TherapyClaim.Section
    claims: list[NoteClaim]


class TherapyDetail(Therapy):
    """One treatment, what stands directly below it, and what was found."""

    children: list[TherapyName]
    notes: list[NoteSection] = Field(description="Sections that are not written are left out.")
    evidence: list[MapCell] = Field(
        description="Its cells of the unfiltered map in which something is reported or derived."
    )


class Outcome(OutcomeName):
    """One thing measured."""

    short_name: str
    domain: OutcomeRow.Domain
    measure: OutcomeRow.Measure
    unit: str = Field(description="The unit in which the map shows it; a result keeps its own.")
    better: OutcomeRow.Better
    definition: str


class OutcomeDetail(Outcome):
    """One thing measured, and what was found."""

    evidence: list[MapCell] = Field(
        description="Its cells of the unfiltered map in which something is reported or derived."
    )


class Arm(BaseModel):
    """One group of patients of a study; strata are arms too, and arms may overlap."""

    code: str = Field(description="Its name inside the study.")
    label: str
    therapy: TherapyName
    n: int | None = Field(description="Patients; null where the source does not say.")


class Interval(BaseModel):
    """A confidence or credible interval, with the digits printed."""

    low: PrintedNumber | None
    high: PrintedNumber | None
    level: PrintedNumber | None = Field(description="In %; null where the source does not state it.")


class Range(BaseModel):
    """The lowest and the highest value observed, with the digits printed."""

    low: PrintedNumber | None
    high: PrintedNumber | None


class Source(BaseModel):
    """Where a number was read."""

    where: str = Field(description="Abstract, page, table, figure …")
    reported_in: StudyName | None = Field(
        description="The review in whose table the number was read; null where the publication itself was."
    )
    reference: ReferenceName | None = Field(
        description="The publication that the number belongs to; null where none is known."
    )


class Number(BaseModel):
    """What every number carries: its place, its source and how far it was checked."""

    id: int
    study: StudyName
    outcome: OutcomeName
    value: PrintedNumber | None = Field(
        description="With the digits printed; null where no single value is printed. Parse it as a decimal "
        "to keep a last zero, which says how far it was rounded."
    )
    interval: Interval | None
    source: Source
    verification: ResultRow.Verification = Field(
        description="“extracted” means that no second editor has verified it yet."
    )
    override_reason: str | None = Field(
        description="Why a number that contradicts another (a percentage and its events) stands as it is."
    )


class Result(Number):
    """One outcome value of one arm, as printed."""

    arm: Arm
    criteria: CriteriaCode = Field(description="The controlled list behind `criteria_text`.")
    criteria_text: str | None = Field(description="Criteria, time origin or definition as printed.")
    timepoint_months: PrintedNumber | None = Field(description="When it was measured.")
    unit: ResultRow.Unit = Field(description="As printed: days stay days.")
    computed_value: float | None = Field(
        description="100 × events / total where the source prints only the fraction; never beside a `value`."
    )
    not_reached: bool = Field(description="A median that was not reached: there is no value.")
    range: Range | None
    events: int | None
    total: int | None = Field(description="The denominator of `events`, in units of `per`.")
    per: ResultRow.Per = Field(description="What is counted.")
    composite: bool = Field(
        description="A response that mixes imaging with markers or symptoms: never pool it with imaging."
    )


class Comparison(Number):
    """One effect between arms of a study."""

    measure: ComparisonRow.Measure | None = Field(description="Null where only a p value is printed.")
    p: str | None = Field(description="As printed.")
    arms: list[Arm] = Field(description="In the order of the comparison; a single arm is before and after.")


class Cohort(BaseModel):
    """Patients that several studies share."""

    code: str
    name: str


class Report(BaseModel):
    """One publication of a study."""

    role: StudyReport.Role
    reference: ReferenceName


class Study(StudyName):
    """One investigation or review."""

    design: StudyRow.Design
    design_is_stated: bool = Field(description="False where the design is our reading of the source.")
    is_review: bool = Field(description="Reviews, meta-analyses and guidelines: never counted as studies.")
    is_retracted: bool = Field(description="Its primary report was retracted: its results are not counted.")
    year: int | None = Field(description="Of the primary report.")
    histology: StudyRow.Histology = Field(description="“mixed” is context only, and not on the map.")
    centres: StudyRow.Centres | None
    countries: list[str]
    enrolment: str | None = Field(description="As printed.")
    registry_id: str | None
    n_patients: int | None
    n_procedures: int | None
    n_lesions: int | None
    k_studies: int | None = Field(description="Studies that a review includes.")
    population: str | None
    cohort: Cohort | None = Field(description="The patients that it shares with other studies.")
    arms: list[Arm]
    n_results: int = Field(description="Published results.")
    n_outcomes: int = Field(description="Outcomes with a published result.")


class PopulationPart(BaseModel):
    """One value that the text states, with its share where one is printed."""

    value: str = Field(description="From the vocabulary of the criterion; “rest” are others, not described.")
    label: str
    n: int | None = Field(description="Patients.")
    percent: float | None
    words: str | None = Field(description="As printed, where that differs from the label.")


class PopulationField(BaseModel):
    """One criterion on which the text states something."""

    criterion: str = Field(description="The name of the filter that asks for it.")
    label: str
    values: list[PopulationPart]


class Population(BaseModel):
    """What the text states of the patients, structured; what it does not state is left out."""

    arm: str | None = Field(description="Code of the arm that states its own; null for the whole study.")
    fields: list[PopulationField]
    ki67: str | None = Field(description="As printed.")
    structured_by: PopulationRow.StructuredBy
    quotes: list[str] = Field(description="The words of the text that the fields rest on.")


class StudyDetail(Study):
    """One investigation or review with everything published about it."""

    note: str | None
    oddities: list[str] = Field(description="What to know before trusting its numbers, in sentences.")
    reports: list[Report] = Field(description="The primary report first.")
    results: list[Result] = Field(description="In the order of the study.")
    comparisons: list[Comparison]
    cohort_mates: list[StudyName] = Field(description="The other studies of its cohort.")
    population_fields: list[Population] = Field(
        description="`population` and the labels of arms in fields, made by hand; empty where nobody did."
    )
