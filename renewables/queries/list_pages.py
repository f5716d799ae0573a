"""What each list of records offers: its columns with their titles, and its filters by query parameter.

Pages and the command line share it, so that a saved view means the same in both. Not here: the rows
(`record_lists.py`, `milestones.py`), how a column is drawn (`dashboards/`), saved views (`ledger/saved_views.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import polars as pl

from pipeline_assets.fields import listed_fields
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import Market, MilestoneName, PointStatus, Rag, Stage, Technology
from renewables.queries.milestones import milestone_list
from renewables.queries.record_lists import (
    as_text,
    counterparty_list,
    information_point_list,
    project_list,
    rows_with_text,
    rows_with_words,
)

SEARCH, ARCHIVED, AHEAD, COLUMNS = "q", "archived", "ahead", "columns"
"The query parameters that are not filters by a word: a text, two switches, and the titles of the chosen columns."
SWITCHED_ON = ["true"]


class ListFilter(NamedTuple):
    """A filter by words: the column that has them, and the words that exist."""

    column: str
    vocabulary: type[StrEnum]


@dataclass(frozen=True)
class ListPage:
    """What the list of one kind of record offers."""

    page: str
    "The page's path in the address."
    rows: Callable[..., pl.DataFrame]
    first_columns: Mapping[str, str]
    "The titles of the columns that come first; an empty title is that of the field."
    filters: Mapping[str, ListFilter] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    "The listed fields without a column."
    on_request: tuple[str, ...] = ()
    "The first columns that a page shows only if they are chosen, because others say nearly the same."


PAGES = {
    "pipelines": ListPage(
        "projects",
        project_list,
        {
            **{"stage": "", "rag": "RAG", "technologies": "Technology", "capacity_mwp": "MWp", "rtb_date": "RTB"},
            **{"counterparties": "Counterparties", "rag_comment": ""},
        },
        {
            "stage": ListFilter("stage", Stage),
            "technology": ListFilter("technologies", Technology),
            "rag": ListFilter("rag", Rag),
        },
    ),
    "counterparties": ListPage(
        "counterparties",
        counterparty_list,
        {"roles": "Roles", "project_count": "Projects", "capacity_mwp": "MWp", "contacts": "Contacts"},
    ),
    "information_points": ListPage(
        "information_points",
        information_point_list,
        {
            **{"rating": "Rating", "project": "Project", "effective_market": "Market"},
            **{"effective_technologies": "Technology", "impact": "", "likelihood": "", "status": "", "due_date": ""},
            **{"owner": "", "counterparties": "Counterparties"},
        },
        {
            "status": ListFilter("status", PointStatus),
            "market": ListFilter("effective_market", Market),
            "technology": ListFilter("effective_technologies", Technology),
        },
        left_out=("market", "technology"),
        on_request=("impact", "likelihood", "effective_market"),
    ),
    "milestones": ListPage(
        "milestones",
        milestone_list,
        {
            **{"project": "Project", "planned_date": "", "forecast_date": "", "actual_date": ""},
            **{"slip_days": "Slip (days)", "owner": ""},
        },
        {"milestone": ListFilter("name", MilestoneName)},
    ),
}
"The lists by the kind of their records."


def column_titles(kind: str) -> dict[str, str]:
    """Return the titles of all columns of a list by their names, in order; the name of the record is not one."""
    page = PAGES[kind]
    fields = {field.name: field.title for field in listed_fields(kind) if field.name not in ("name", *page.left_out)}
    first = {name: title or fields[name] for name, title in page.first_columns.items()}
    return {**first, **{name: title for name, title in fields.items() if name not in first}}


def main_columns(kind: str) -> list[str]:
    """Return the names of the columns that a page shows while none is chosen."""
    page = PAGES[kind]
    return [name for name in page.first_columns if name not in page.on_request]


def chosen_columns(kind: str, titles: Sequence[str]) -> list[str]:
    """Return the names of the columns with these titles, in their order; all columns if there is none of them."""
    names = {title: name for name, title in column_titles(kind).items()}
    return [names[title] for title in titles if title in names] or list(names.values())


def rows_with_parameters(frame: pl.DataFrame, kind: str, parameters: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return the rows of a list that match its filters and switches; values that do not exist filter nothing."""
    words = {
        each.column: [value for value in parameters.get(name, ()) if value in set(each.vocabulary)]
        for name, each in PAGES[kind].filters.items()
    }
    rows = rows_with_words(frame, words)
    if kind == "milestones" and list(parameters.get(AHEAD, ())) == SWITCHED_ON:
        rows = rows.filter(pl.col("actual_date").is_null())
    return rows


def missing_values(kind: str, parameters: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the values of filters and the columns that no longer exist, by query parameter."""
    known = {name: set(map(str, each.vocabulary)) for name, each in PAGES[kind].filters.items()}
    known[COLUMNS] = set(column_titles(kind).values())
    missing = {name: [value for value in parameters.get(name, ()) if value not in known[name]] for name in known}
    return {name: values for name, values in missing.items() if values}


def list_rows(portfolio: Portfolio, kind: str, parameters: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return the rows of a list with the parameters of its page, with the columns of `PAGES[kind].rows`."""
    page = PAGES[kind]
    frame = page.rows(portfolio, archived=list(parameters.get(ARCHIVED, ())) == SWITCHED_ON)
    rows = rows_with_parameters(frame, kind, parameters)
    shown = as_text(rows).select("id", "name", *column_titles(kind))
    kept = rows_with_text(shown, " ".join(parameters.get(SEARCH, ())))
    return rows.join(kept.select("id"), on="id", how="semi", maintain_order="left")
