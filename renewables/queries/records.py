"""Records of the pipeline as they are in the ledger now: a record with its parts, search.

All functions work on one consistent state, so that all parts of a page agree. Not here: sums and charts, which are read
from landed data (`pipeline.py`), and the ledger's own queries (`pipeline_assets/ledger/reader.py`).
"""

from dataclasses import dataclass

from pipeline_assets.ledger.changes import Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.names import name_key
from pipeline_assets.spreadsheets.portfolio_index import Portfolio

WITH_A_PAGE = ("pipelines", "counterparties", "information_points", "milestones")
SEARCHED = (*WITH_A_PAGE, "facilities", "contacts", "comments")


@dataclass(frozen=True)
class SearchHit:
    """A search hit.

    `page_kind` and `page_id` name the record whose page shows it; `where` is the text around the hit.
    """

    record: Record
    name: str
    page_kind: str
    page_id: str
    where: str


def name_of(portfolio: Portfolio, kind: str, id: str) -> str:
    """Return the name of a record for people: its name, what a link joins, the start of a comment, or its id."""
    record = portfolio.get(kind, id)
    return id if record is None else display_name(portfolio, record)


def display_name(portfolio: Portfolio, record: Record) -> str:
    """Return the name of a record for people, like `name_of`."""
    fields = record.fields
    if record.kind == "milestones":
        return f"{fields['name']}, {name_of(portfolio, 'pipelines', fields['pipeline_id'])}"
    if "name" in fields:
        return str(fields["name"])
    if record.kind == "comments":
        return str(fields["text"])
    linked = [
        name_of(portfolio, kind, fields[name])
        for name, kind in ENTITIES[record.kind].references.items()
        if fields[name] and name not in ENTITIES[record.kind].owners[:1]
    ]
    role = f" ({fields['role']})" if "role" in fields else ""
    return f"{', '.join(linked) or fields.get('stage', record.id)}{role}"


def facilities_of(portfolio: Portfolio, project: str, *, archived: bool = False) -> list[tuple[Record, Record]]:
    """Return (link, facility) of a project, ordered by name."""
    return _linked_records(portfolio, "pipeline_facilities", "pipeline_id", project, "facility_id", archived=archived)


def counterparties_of(portfolio: Portfolio, project: str, *, archived: bool = False) -> list[tuple[Record, Record]]:
    """Return (link with its role, counterparty) of a project, ordered by name."""
    return _linked_records(
        portfolio, "pipeline_counterparties", "pipeline_id", project, "counterparty_id", archived=archived
    )


def contacts_of(portfolio: Portfolio, counterparty: str, *, archived: bool = False) -> list[tuple[Record, Record]]:
    """Return (link with its role, person) of a counterparty, ordered by name."""
    return _linked_records(
        portfolio, "counterparty_contacts", "counterparty_id", counterparty, "contact_id", archived=archived
    )


def projects_of(portfolio: Portfolio, counterparty: str) -> list[tuple[Record, Record]]:
    """Return (link with its role, project) of a counterparty, ordered by name; live projects only."""
    records = _linked_records(portfolio, "pipeline_counterparties", "counterparty_id", counterparty, "pipeline_id")
    return [(link, project) for link, project in records if not project.archived]


def counterparties_of_point(portfolio: Portfolio, point: str, *, archived: bool = False) -> list[tuple[Record, Record]]:
    """Return (link, counterparty) of an information point, ordered by name."""
    kind, name = "information_point_counterparties", "information_point_id"
    return _linked_records(portfolio, kind, name, point, "counterparty_id", archived=archived)


def information_points_of(portfolio: Portfolio, kind: str, id: str) -> list[Record]:
    """Return live information points of a project or counterparty, open ones first, then by rating."""
    if kind == "pipelines":
        result = portfolio.referencing("information_points", "pipeline_id", id)
    else:
        links = portfolio.referencing("information_point_counterparties", "counterparty_id", id)
        points = [portfolio.get("information_points", link.fields["information_point_id"]) for link in links]
        result = [point for point in points if point and not point.archived]
    return sorted(result, key=lambda point: (point.fields["status"] != "Open", -rating_of(point)))


def rating_of(point: Record) -> int:
    """Return impact x likelihood, 1-10,000."""
    return int(point.fields["impact"] * point.fields["likelihood"])


def comments_on(portfolio: Portfolio, kind: str, id: str) -> list[Record]:
    """Return the comments on a record, newest first."""
    field = next(name for name, target in ENTITIES["comments"].references.items() if target == kind)
    return portfolio.referencing("comments", field, id)[::-1]


def search_records(portfolio: Portfolio, text: str) -> dict[str, list[SearchHit]]:
    """Return live records by kind whose texts contain every word, in any spelling; matching names come first."""
    words = name_key(text).split()
    hits_by_kind: dict[str, list[SearchHit]] = {}
    for kind in SEARCHED if words else ():
        hits = []
        for record in portfolio.of_kind(kind):
            texts = [str(value) for name, value in record.fields.items() if _is_text(kind, name) and value]
            whole = name_key("\n".join(texts))
            if all(word in whole for word in words) and (page := _page_of(portfolio, record)):
                where = next((value for value in texts if words[0] in name_key(value)), "")
                hits.append(SearchHit(record, display_name(portfolio, record), *page, where))
        if hits:
            hits_by_kind[kind] = sorted(hits, key=lambda hit: not name_key(hit.name).startswith(words[0]))
    return hits_by_kind


def _linked_records(
    portfolio: Portfolio, kind: str, field: str, id: str, to: str, *, archived: bool = False
) -> list[tuple[Record, Record]]:
    links = portfolio.referencing(kind, field, id, archived=archived)
    target = ENTITIES[kind].references[to]
    pairs = [(link, result) for link in links if (result := portfolio.get(target, link.fields[to]))]
    return sorted(pairs, key=lambda pair: str(pair[1].fields["name"]).casefold())


def _page_of(portfolio: Portfolio, record: Record) -> tuple[str, str] | None:
    """Return kind and id of the record whose page shows this one, or None if no live record does."""
    if record.kind in WITH_A_PAGE:
        return record.kind, record.id
    owners = {
        "facilities": ("pipeline_facilities", "facility_id"),
        "contacts": ("counterparty_contacts", "contact_id"),
    }
    candidates = portfolio.referencing(*owners[record.kind], record.id) if record.kind in owners else [record]
    for candidate in candidates:
        for name in ENTITIES[candidate.kind].owners:
            target = ENTITIES[candidate.kind].references[name]
            whole = portfolio.get(target, candidate.fields[name]) if candidate.fields[name] else None
            if whole and not whole.archived and (page := _page_of(portfolio, whole)):
                return page
    return None


def _is_text(kind: str, name: str) -> bool:
    return name not in ENTITIES[kind].references and name not in ("rag",)
