"""Filters that pages share. The choices are part of the address, so a copied link shows the same.

Belongs here: the widgets, and the days that a preset means. Not here: the queries that use them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import streamlit as st

from dashboards.components.formatting import span_of_days
from dashboards.components.plain_text import plain
from dashboards.components.toolbar import KEPT, Chip, more_options
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME, OBSERVED
from elexon_assets.errors import UnusableInput
from elexon_assets.settlement import HALF_HOUR, settlement_of
from elexon_assets.time_inputs import read_days
from elexon_assets.windows import Window

CUSTOM = "Custom"
FROM_TO = "from-to"
"The query parameter of the days."
PRESETS: dict[str, timedelta | None] = {
    "7 days": timedelta(days=7),
    "28 days": timedelta(days=28),
    "90 days": timedelta(days=90),
    "12 months": timedelta(days=365),
    "This year": None,
    "All": None,
    CUSTOM: None,
}
CATEGORY_LABELS = {"technology": "Technologies", "fuel": "Fuels", "series": "Series"}
"The labels of the categories by their query parameter."
CATEGORY_TITLES = {"technology": "Technology", "fuel": "Fuel", "series": "Series"}
"The titles of a column of them."
FEW = 6
"The largest number of names that are drawn as buttons side by side; more go into a list."
NAMED = 3
"The largest number of names in a chip."
ABOUT_DATA = (
    "Wind and solar: Elexon's AGWS, with embedded plant. Generation by fuel: FUELHH, transmission-metered. "
    "The page Dictionary says what each dataset means."
)


@dataclass(frozen=True)
class Days:
    """A range of settlement dates; both ends are included."""

    first: date
    last: date


def one_chosen(
    label: str,
    titles: Mapping[str, str],
    *,
    key: str,
    help: str | None = None,
    shows_label: bool = True,
    persists: Literal["page"] | None = None,
) -> str:
    """Draw the choice of one of several names by their titles, the first one at first, and return the name."""
    first = next(iter(titles))
    name = st.segmented_control(
        label,
        list(titles),
        format_func=titles.__getitem__,
        default=first,
        required=True,
        key=key,
        bind="query-params",
        help=help,
        label_visibility="visible" if shows_label else "collapsed",
        persist_state=persists,
    )
    return name or first


def select_one(
    label: str, titles: Mapping[str, str], *, key: str, width: int, icon: str | None = None, default: str | None = None
) -> str:
    """Draw the same choice as a list in a toolbar, whose label only screen readers read, and return the name."""
    names = list(titles)
    name = st.selectbox(
        label,
        names,
        index=names.index(default) if default else 0,
        format_func=titles.__getitem__,
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        icon=icon,
        width=width,
    )
    return name or names[0]


def titles_of(datasets: Iterable[Dataset]) -> dict[str, str]:
    """Return the titles of datasets by their names."""
    return {dataset.name: dataset.title for dataset in datasets}


def select_dataset(datasets: Sequence[Dataset] = OBSERVED) -> Dataset:
    """Draw the choice of a dataset in a toolbar and return it."""
    return BY_NAME[select_one("Data", titles_of(datasets), key="data", width=236, icon=":material/database:")]


def days_chosen(available: Window, *, default: str = "28 days") -> Days:
    """Draw the choice of days and return it.

    It is a preset that ends with the newest settlement date with data, or any range of days.
    """
    days = days_of(available)
    titles = {name: name for name in PRESETS}
    preset = select_one("Days", titles, key="days", width=160, icon=":material/calendar_month:", default=default)
    if preset != CUSTOM:
        return of_preset(preset, days)
    start = of_preset(default, days)
    _warn_of_address(days)
    picked = st.date_input(
        "From and to, inclusive",
        (start.first, start.last),
        min_value=days.first,
        max_value=days.last,
        key=FROM_TO,
        bind="query-params",
        format="DD/MM/YYYY",
        label_visibility="collapsed",
        width=240,
    )
    ends = sorted(picked) if isinstance(picked, tuple) else [picked]
    # Until the second day is picked, the tuple has one day.
    return Days(ends[0], ends[-1]) if ends else start


def _warn_of_address(available: Days) -> None:
    """Warn of days in the address that cannot be shown, since Streamlit ignores them silently."""
    given = [part for text in st.query_params.get_all(FROM_TO) for part in text.split(",")]
    if not given:
        return
    held = span_of_days(available.first, available.last)
    try:
        first, last = read_days(given[0], given[-1])
    except UnusableInput as error:
        reason = plain(str(error))
    else:
        if available.first <= first <= last <= available.last:
            return
        reason = f"There is no data for all of {span_of_days(first, last)}: choose days from {held}."
    st.warning(f"The days in the address cannot be shown. {reason}", icon=":material/event_busy:")


def days_of(window: Window) -> Days:
    """Return the settlement dates that a window touches: in summer one more than its UTC days."""
    return Days(settlement_of(window.start_utc)[0], settlement_of(window.end_utc - HALF_HOUR)[0])


def of_preset(preset: str, available: Days) -> Days:
    """Return the days of a preset, never before the first day with data."""
    length = PRESETS[preset]
    if preset == "This year":
        first = date(available.last.year, 1, 1)
    elif length is None:
        first = available.first
    else:
        first = available.last - length + timedelta(days=1)
    return Days(max(first, available.first), available.last)


def categories_key(dataset: Dataset) -> str:
    """Return the query parameter of the categories of a dataset."""
    return {"psr_type": "technology", "fuel_type": "fuel"}.get(dataset.category, "series")


def categories_chosen(dataset: Dataset) -> list[str]:
    """Draw the choice of categories and return them in declared order; by default those that are always published."""
    default = list(dataset.always_published or dataset.categories)
    if len(dataset.categories) == 1:
        return default
    key = categories_key(dataset)
    label = CATEGORY_LABELS[key]
    if len(dataset.categories) <= FEW:
        picked = st.pills(
            label,
            dataset.categories,
            selection_mode="multi",
            default=default,
            key=key,
            bind="query-params",
            label_visibility="collapsed",
        )
    else:
        with more_options(label, icon=":material/checklist:"):
            picked = st.multiselect(
                label,
                dataset.categories,
                default=default,
                key=key,
                bind="query-params",
                persist_state=KEPT,
                width=420,
            )
    return [name for name in dataset.categories if name in (picked or default)]


def category_chips(dataset: Dataset, categories: Sequence[str]) -> list[Chip]:
    """Return the chip of a choice of categories that is not the default, where its widget is out of sight."""
    default = list(dataset.always_published or dataset.categories)
    if len(dataset.categories) <= FEW or list(categories) == default:
        return []
    key = categories_key(dataset)
    named = ", ".join(categories)
    counted = f"{len(categories)} of {len(dataset.categories)} {CATEGORY_LABELS[key].lower()}"
    text = named if len(categories) <= NAMED else counted
    return [Chip(text, key, default)]
