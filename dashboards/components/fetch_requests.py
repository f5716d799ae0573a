"""Forms that request days from Elexon: the last seven days, a year, a range, and missing days again.

Belongs here: the forms, and launching in the background. Not here: the list of imports with their progress
(`fetch_list.py`), the conversation with Dagster (`renewables/dagster_control`).
"""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from dashboards.components import background_requests
from dashboards.components.dagster_server import ASKED_BY, ONE_AT_A_TIME, dagster_client
from dashboards.components.fetch_list import DESK
from dashboards.components.formatting import day, span_of_days
from dashboards.components.sign_in import current_actor, refusal_of
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME, DATASETS
from elexon_assets.missing_days import last_closed_day
from pipeline_assets.access import Actor, Role
from renewables.dagster_control.client import FETCH
from renewables.dagster_control.run_history import recent_runs
from warehouse.settings import Settings

Days = tuple[date, date]
RANGE = "import-range"
"The container of the range's form; `page_style.py` hides one of its two buttons."


def import_forms() -> None:
    """Draw the forms: the last seven days, a year, a range."""
    if refusal := refusal_of(FETCH):
        st.caption(f":material/lock: {refusal}")
    settings = Settings()
    newest = last_closed_day(DATASETS[0])
    first_day = min(settings.first_day, newest)  # the setting may name a day that is not over yet
    names = st.pills(
        "Datasets",
        [dataset.name for dataset in DATASETS],
        format_func=lambda name: BY_NAME[name].title,
        selection_mode="multi",
        default=[dataset.name for dataset in DATASETS],
        key="import-data",
    )
    with st.container(key="import-forms"):
        week, year, days = st.columns(3, border=True)
    with week:
        st.markdown("**Last 7 days**")
        with st.container(key="import-week", vertical_alignment="center"):
            st.markdown(span_of_days(newest - timedelta(days=6), newest))
        _render_button("Import 7 days", names, (newest - timedelta(days=6), newest), is_primary=True)
    with year:
        years = list(range(newest.year, first_day.year - 1, -1))
        st.markdown("**Full year**")
        chosen = st.selectbox("Year", years, key="import-year", label_visibility="collapsed")
        first, last = max(date(chosen, 1, 1), first_day), min(date(chosen, 12, 31), newest)
        _render_button(f"Import {chosen}", names, (first, last), key="import a year")
    with days, st.container(key=RANGE):
        st.markdown("**Date range**")
        picked = st.date_input(
            "UTC days, inclusive",
            (max(newest - timedelta(days=27), first_day), newest),
            min_value=first_day,
            max_value=newest,
            format="DD/MM/YYYY",
            key="import-days",
            label_visibility="collapsed",
        )
        _render_range_button(names, tuple(sorted(picked)) if isinstance(picked, tuple) else (picked,))


def _render_range_button(names: Sequence[str], ends: tuple[date, ...]) -> None:
    """Draw the button that says what it imports, and the one that takes its place while the field is invalid.

    The server does not hear of days that the field refuses: it keeps the last valid ones, and the button would import
    those.
    """
    with st.container(key="import-range-refused"):
        st.button("Correct the dates first", key="import refused", icon=":material/block:", disabled=True)
    with st.container(key="import-range-button"):
        if len(ends) < 2:
            st.button("Choose the last day", key="import incomplete", icon=":material/event:", disabled=True)
            return
        count = (ends[-1] - ends[0]).days + 1
        label = f"Import {span_of_days(ends[0], ends[-1])} · {count} {'day' if count == 1 else 'days'}"
        _render_button(label, names, (ends[0], ends[-1]), key="import a range")


def launch_fetch(datasets: Sequence[Dataset], first: date, last: date, *, actor: Actor) -> str:
    """Request the days, first of the daily datasets and then of the others, and return a sentence about it.

    Days that are already being imported are not requested twice, so a double click starts one import. Raises
    OrchestratorError, AccessRefused.
    """
    actor.require(Role.EDITOR, FETCH)
    with ONE_AT_A_TIME:
        dagster = dagster_client()
        by_day = [dataset for dataset in datasets if dataset.is_fetched_by_day]
        whole = [dataset for dataset in datasets if not dataset.is_fetched_by_day]
        under_way = [listed for listed in recent_runs(dagster, asked_by=ASKED_BY) if not listed.is_over]
        asked = []
        for together in filter(None, (by_day, whole)):
            what = ", ".join(dataset.name for dataset in together)
            days = (first, last) if together is by_day else None
            if not any(
                listed.days == days and set(listed.what.split(", ")) == set(what.split(", ")) for listed in under_way
            ):
                dagster.launch(together, first, last, requested_by=ASKED_BY, actor=actor)
                asked += [dataset.title for dataset in together]
    if not asked:
        return f"{span_of_days(first, last)} is already being imported."
    return f"Import requested: {span_of_days(first, last)} ({', '.join(asked)}). You can close this page."


def _render_button(
    label: str, names: Sequence[str], days: Days, *, key: str | None = None, is_primary: bool = False
) -> None:
    st.button(
        label,
        key=key or label,
        type="primary" if is_primary else "secondary",
        icon=":material/cloud_download:",
        disabled=not names or bool(refusal_of(FETCH)),
        on_click=_request,
        args=([BY_NAME[name] for name in names], [days]),
    )


def _request(datasets: Sequence[Dataset], spans: Sequence[Days]) -> None:
    """Hand the days over to the background; the click does not wait for Dagster."""
    actor = current_actor()
    some = "" if len(datasets) == len(DATASETS) else f" ({', '.join(dataset.title for dataset in datasets)})"
    title = f"{_days_text(spans)}{some}"
    background_requests.hand_over(DESK, title, lambda: _launch_all(datasets, spans, actor=actor))


def _launch_all(datasets: Sequence[Dataset], spans: Sequence[Days], *, actor: Actor) -> str:
    """Request each span, and return a sentence about them. Raises OrchestratorError, AccessRefused."""
    sentences = [launch_fetch(datasets, first, last, actor=actor) for first, last in spans]
    return sentences[0] if len(spans) == 1 else f"Import requested: {_days_text(spans)}. You can close this page."


def _days_text(spans: Sequence[Days]) -> str:
    """Return the days of the spans: the days themselves for one span, else their number and the first."""
    if len(spans) == 1:
        return span_of_days(*spans[0])
    count = sum((last - first).days + 1 for first, last in spans)
    return f"{count} days since {day(spans[0][0])}"


def render_repair(dataset: Dataset, days: Sequence[Days]) -> None:
    """Draw a button that fetches the missing days again."""
    st.button(
        f"Re-fetch missing days ({_days_text(days)})",
        icon=":material/healing:",
        on_click=_request,
        args=([dataset], days),
        disabled=bool(refusal_of(FETCH)),
        key=f"repair {dataset.name}",
    )
