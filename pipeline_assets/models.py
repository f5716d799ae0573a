"""The entities of the pipeline and their rules: the one place that forms, import, seeds, tables and docs derive from.

Belongs here: fields, limits, references, forbidden changes of one record. Not here: rules that need other records
(`ledger/cross_record_rules.py`), storing (`ledger/`). Every entity also has an `id` (text, stable); versions, authors
and whether it is archived belong to the ledger.
"""

import re
import secrets
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints, model_validator

from pipeline_assets.entity import LISTED, Entity, FieldProblem
from pipeline_assets.field_types import Day, Line, Name, Reference, Score, Text
from pipeline_assets.vocabulary import (
    ContactRole,
    Market,
    MilestoneName,
    PointStatus,
    ProjectRole,
    Rag,
    Stage,
    Technology,
)


class Counterparty(Entity):
    """A company that we do projects with."""

    kind, title, unique = "counterparties", "Counterparty", ("name",)
    name: Name = Field(title="Name")
    website: Line = Field("", title="Website", max_length=300)
    notes: Text = Field("", title="Notes")


class Contact(Entity):
    """A person."""

    kind, title = "contacts", "Contact"
    name: Name = Field(title="Name")
    email: Line = Field("", title="E-mail", max_length=320, pattern=r"^$|^[^@\s]+@[^@\s]+$")
    phone: Line = Field("", title="Telephone", max_length=50)


class CounterpartyContact(Entity):
    """A person's role at a counterparty."""

    kind, title, unique = "counterparty_contacts", "Contact's role", ("counterparty_id", "contact_id", "role")
    references: ClassVar = {"counterparty_id": "counterparties", "contact_id": "contacts"}
    owners = ("counterparty_id",)
    counterparty_id: Reference = Field(title="Counterparty")
    contact_id: Reference = Field(title="Contact")
    role: ContactRole = Field(title="Role")


class Project(Entity):
    """A project in development, with its status: the earlier ones stay in the history."""

    kind, title = "pipelines", "Project"
    name: Name = Field(title="Name")
    market: Market = Field(Market.GREAT_BRITAIN, title="Market")
    stage: Stage = Field(Stage.DISCOVERY, title="Stage")
    rtb_date: Day | None = Field(None, title="Ready to build (RTB)", description="When construction could begin.")
    rag: Rag = Field(Rag.GREEN, title="RAG status", description="Amber and Red need a comment.")
    status_date: Day = Field(title="Status date", description="The day from which stage, RAG and RTB date apply.")
    rag_comment: Text = Field(
        "", title="RAG comment", description="Why, and what happens next.", json_schema_extra=LISTED
    )
    notes: Text = Field("", title="Notes")

    @model_validator(mode="after")
    def _amber_and_red_say_why(self) -> "Project":
        if self.rag is not Rag.GREEN and not self.rag_comment:
            raise FieldProblem("rag_comment", f"a comment is needed where the RAG status is {self.rag}")
        return self


class Facility(Entity):
    """A plant: one technology at one place. MWp is DC capacity for solar, rated power for wind and BESS."""

    kind, title = "facilities", "Facility"
    name: Name = Field(title="Name")
    technology: Technology = Field(title="Technology")
    capacity_mwp: float = Field(
        title="Capacity (MWp)", ge=0, le=10_000, allow_inf_nan=False, description="0 is allowed only before Design."
    )
    longitude: float | None = Field(None, title="Longitude (°)", ge=-180, le=180, allow_inf_nan=False)
    latitude: float | None = Field(None, title="Latitude (°)", ge=-90, le=90, allow_inf_nan=False)
    export_capacity_mw: float | None = Field(
        None,
        title="Export capacity (MW AC)",
        ge=0,
        le=10_000,
        allow_inf_nan=False,
        description="What the connection may export.",
    )
    storage_mwh: float | None = Field(
        None, title="Storage (MWh)", ge=0, le=100_000, allow_inf_nan=False, description="The energy of a battery."
    )
    connection_point: Line = Field("", title="Connection point", max_length=200, description="Substation and voltage.")
    tec_project_id: Line = Field("", title="TEC Project ID", max_length=50, description="In NESO's TEC register.")
    repd_ref_id: Line = Field(
        "", title="REPD Ref ID", max_length=50, description="In the Renewable Energy Planning Database."
    )
    planning_reference: Line = Field("", title="Planning reference", max_length=100)
    permission_expiry: Day | None = Field(None, title="Permission expires", description="Of the planning permission.")
    dismissed_register_records: Line = Field(
        "",
        title="Dismissed register records",
        max_length=1_000,
        description="Records of REPD and TEC that were proposed and are another site, such as: repd 1234, tec a0l4L00.",
        json_schema_extra={"listed": False},
    )

    @model_validator(mode="after")
    def _a_place_has_both(self) -> "Facility":
        if (self.longitude is None) != (self.latitude is None):
            missing = "longitude" if self.longitude is None else "latitude"
            raise FieldProblem(missing, "enter both longitude and latitude")
        return self


class ProjectFacility(Entity):
    """A facility of a project; a hybrid has several."""

    kind, title, unique = "pipeline_facilities", "Project's facility", ("pipeline_id", "facility_id")
    references: ClassVar = {"pipeline_id": "pipelines", "facility_id": "facilities"}
    owners = ("pipeline_id",)
    pipeline_id: Reference = Field(title="Project")
    facility_id: Reference = Field(title="Facility")


class ProjectCounterparty(Entity):
    """A counterparty's role in a project."""

    kind, title = "pipeline_counterparties", "Project's counterparty"
    unique = ("pipeline_id", "counterparty_id", "role")
    references: ClassVar = {"pipeline_id": "pipelines", "counterparty_id": "counterparties"}
    owners = ("pipeline_id",)
    pipeline_id: Reference = Field(title="Project")
    counterparty_id: Reference = Field(title="Counterparty")
    role: ProjectRole = Field(ProjectRole.DEVELOPER, title="Role")


class InformationPoint(Entity):
    """Something to know about a project or a market: a risk or an issue.

    Its rating is impact x likelihood, 1-10,000.

    Filters use its own market and technology, or those of its project if it has none.
    """

    kind, title = "information_points", "Information point"
    references: ClassVar = {"pipeline_id": "pipelines"}
    owners = ("pipeline_id",)
    name: Name = Field(title="Title")
    pipeline_id: Reference | None = Field(None, title="Project")
    market: Market | None = Field(None, title="Market", description="None means the market of its project.")
    technology: Technology | None = Field(
        None, title="Technology", description="None means those of the facilities of its project."
    )
    description: Text = Field("", title="Description")
    impact: Score = Field(title="Impact", description="1 (negligible) to 100 (stops the project).")
    likelihood: Score = Field(title="Likelihood", description="1 (very unlikely) to 100 (has happened).")
    mitigation: Text = Field("", title="Mitigation")
    owner: Line = Field("", title="Owner", max_length=100)
    due_date: Day | None = Field(None, title="Due")
    status: PointStatus = Field(PointStatus.OPEN, title="Status", description="Closing needs a mitigation.")

    @property
    def rating(self) -> int:
        """Return impact x likelihood."""
        return self.impact * self.likelihood

    @model_validator(mode="after")
    def _closed_says_how(self) -> "InformationPoint":
        if self.status is PointStatus.CLOSED and not self.mitigation:
            raise FieldProblem("mitigation", "describe the mitigation before closing it")
        return self


class InformationPointCounterparty(Entity):
    """A counterparty that an information point is about."""

    kind, title = "information_point_counterparties", "Information point's counterparty"
    unique = ("information_point_id", "counterparty_id")
    references: ClassVar = {"information_point_id": "information_points", "counterparty_id": "counterparties"}
    owners = ("information_point_id",)
    information_point_id: Reference = Field(title="Information point")
    counterparty_id: Reference = Field(title="Counterparty")


class Milestone(Entity):
    """A dated step of a project. The forecast of the milestone RTB is the RTB date of its project."""

    kind, title, unique = "milestones", "Milestone", ("pipeline_id", "name")
    references: ClassVar = {"pipeline_id": "pipelines"}
    owners = ("pipeline_id",)
    name: MilestoneName = Field(title="Milestone")
    pipeline_id: Reference = Field(title="Project")
    planned_date: Day | None = Field(None, title="Planned", description="The baseline, from which slip is counted.")
    forecast_date: Day | None = Field(
        None, title="Forecast", description="When it is expected now. That of RTB is the RTB date of the project."
    )
    actual_date: Day | None = Field(None, title="Actual", description="When it was reached; empty until then.")
    owner: Line = Field("", title="Owner", max_length=100)
    note: Text = Field("", title="Note")


class Comment(Entity):
    """A remark on one record of any of these kinds."""

    kind, title = "comments", "Comment"
    references: ClassVar = {
        "pipeline_id": "pipelines",
        "counterparty_id": "counterparties",
        "information_point_id": "information_points",
        "facility_id": "facilities",
        "contact_id": "contacts",
    }
    owners = ("pipeline_id", "counterparty_id", "information_point_id", "facility_id", "contact_id")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)] = Field(
        title="Comment"
    )
    pipeline_id: Reference | None = Field(None, title="Project")
    counterparty_id: Reference | None = Field(None, title="Counterparty")
    information_point_id: Reference | None = Field(None, title="Information point")
    facility_id: Reference | None = Field(None, title="Facility")
    contact_id: Reference | None = Field(None, title="Contact")

    @model_validator(mode="after")
    def _on_one_record(self) -> "Comment":
        if sum(getattr(self, name) is not None for name in self.references) != 1:
            titles = [type(self).model_fields[name].title for name in self.references]
            listed = ", ".join(str(title).lower() for title in titles)
            raise FieldProblem("text", f"a comment is on one record, one of: {listed}")
        return self


class StageWeight(Entity):
    """The probability that a project of this stage is built, 0-1; its `id` is the stage."""

    kind, title, unique = "stage_weights", "Weight of a stage", ("stage",)
    stage: Stage = Field(title="Stage")
    weight: float = Field(title="Probability", ge=0, le=1, allow_inf_nan=False)


ENTITIES: dict[str, type[Entity]] = {
    entity.kind: entity
    for entity in (
        *(Counterparty, Contact, CounterpartyContact, Project, Facility, ProjectFacility, ProjectCounterparty),
        *(InformationPoint, InformationPointCounterparty, Milestone, Comment, StageWeight),
    )
}
"The entities by kind; referenced kinds come before the kinds that refer to them, except for links."

VALID_ID = re.compile(r"(?=\S)[^\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]{1,100}(?<=\S)")
"""The pattern of an id: 1-100 characters without surrounding blanks, as references are stored. Control characters, line
separators and halves of characters are excluded, because neither database keeps them all and no address can contain
them.
"""


def new_id() -> str:
    """Return an id that is unique across processes and machines."""
    return secrets.token_hex(6)
