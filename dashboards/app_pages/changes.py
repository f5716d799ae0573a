"""Changes: the portfolio at two moments, as a bridge of MWp and as lists that lead to each record and its history."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, page_header, record_lists, snapshot_cache
from dashboards.components.change_lists import render_lists
from dashboards.components.chart import download_button
from dashboards.components.chart_and_table import FigureRow, FiguresTable, chart_and_table, render_figures
from dashboards.components.formatting import day, moment, number, power, zone
from dashboards.components.last_visit import last_visit
from dashboards.components.pipeline_lists import render_figure
from dashboards.components.plain_text import plain
from dashboards.components.printing import render_printed_line
from dashboards.components.register_links import render_linked_changes
from dashboards.components.toolbar import KEPT, Chip, more_options, render_chips, toolbar
from elexon_assets.time_inputs import end_of_day
from pipeline_assets.comparison import ENDS, Comparison, Movement
from pipeline_assets.digest import digest_sentences
from pipeline_assets.todo import todo_list, todo_sentences
from pipeline_assets.vocabulary import Stage, Technology
from renewables.charts.pipeline_changes import LESS, MORE, capacity_bridge
from renewables.charts.style import MUTED
from renewables.portfolio_summary import summary_html, summary_workbook
from renewables.queries.changes import (
    IN_DEVELOPMENT,
    Period,
    bridge_steps,
    bridge_table,
    period_start,
    portfolio_changes,
)
from renewables.queries.register_links import changed_linked_records

INSTANT = timedelta(microseconds=1)
ONWARD = (Movement.ADVANCED, Movement.COMPLETED)
LAST_VISIT, TWO_DAYS = "Since my last visit", "Two days"
FROM_TO = "from-to"
"The query parameter of the two days."
CARD_PIXELS = 150
"The least width of a card: five fit side by side on a desktop, two on a phone."


def render_page() -> None:
    """Draw the comparison of the chosen period."""
    seen = last_visit()
    headline = st.subheader("…", anchor=False)  # its line is there from the start, so that nothing moves
    with toolbar():
        start, end = _render_period(seen)
        stages, technologies = _render_part()
    render_chips(_chips(stages, technologies))
    if not snapshot_cache.current_snapshot() or ledger_session.charted_position() == 0:
        headline.empty()
        record_lists.empty_list(ledger_session.current_portfolio(), "pipelines")
        return
    comparison: Comparison = snapshot_cache.cached_query(portfolio_changes, start, end)
    headline.subheader(_headline(comparison), anchor=False)
    render_printed_line("Changes")
    if comparison.is_empty:
        _render_span(comparison)
        st.info("Nothing changed in this period. Choose a longer one.", icon=":material/check_circle:")
        _render_to_do()
        _render_registers(start, end)
        return
    with page_header.page_actions():
        _render_summary(comparison)
    _render_bridge(comparison, stages, technologies)
    _render_cards(comparison)
    st.caption(" ".join(plain(sentence) for sentence in digest_sentences(comparison)))
    _render_to_do()
    render_lists(comparison)
    _render_registers(start, end)


def _render_registers(start: datetime, end: datetime | None) -> None:
    """Draw what moved in the registers; last, because it is read after the chart is on the screen."""
    records: pl.DataFrame = snapshot_cache.cached_query(changed_linked_records, start, end)
    render_linked_changes(records)


def _headline(comparison: Comparison) -> str:
    """Return the capacity and what moved, in one sentence."""
    sums = dict(bridge_steps(comparison.bridge, tuple(Stage)).iter_rows())
    change = sums["Closing"] - sums["Opening"]
    size = power(sums["Closing"])
    parts = [
        f"{size}, {'up' if change > 0 else 'down'} {_change_text(abs(change))}" if change else f"{size}, unchanged"
    ]
    counts = {
        "new": _projects(comparison.lines.filter(movement=str(Movement.NEW))),
        "archived": _projects(comparison.lines.filter(movement=str(Movement.ARCHIVED))),
        "advanced": _projects(comparison.lines.filter(pl.col("movement").is_in(ONWARD))),
        "with later dates": _projects(comparison.dates.filter(pl.col("days") > 0)),
        "with a worse RAG": _projects(comparison.rags.filter("is_worse")),
    }
    parts += [f"{number(count)} {words}" for words, count in counts.items() if count]
    if len(parts) == 1 and comparison.is_empty:
        parts.append("nothing moved")
    return f"{'; '.join(parts)} since {day((comparison.before_utc + INSTANT).date())}"


def _projects(frame: pl.DataFrame) -> int:
    return frame["pipeline_id"].n_unique()


def _change_text(mwp: float) -> str:
    """Format a change of capacity, to a tenth of a MW where it is small."""
    return power(mwp) if mwp >= 99.95 else f"{mwp:,.1f} MW"


def _render_span(comparison: Comparison) -> None:
    st.caption(
        f"From {_moment_text(comparison.before_utc)} to {_moment_text(comparison.after_utc)}, by when a change was "
        "saved, whatever its status date."
    )


def _render_to_do() -> None:
    """Draw the to-dos of the digest, which are those of today whatever the period is, with a link to their page."""
    today, portfolio = datetime.now(UTC).date(), ledger_session.current_portfolio()
    due = todo_list(portfolio, today)
    st.caption(" ".join(plain(sentence) for sentence in todo_sentences(due, today)))
    st.page_link("app_pages/todo.py", label="Open To do", icon=":material/checklist:")


def _render_period(seen: datetime | None) -> tuple[datetime, datetime | None]:
    """Draw the choice of a period, which is part of the address; return its start, and its end unless that is now."""
    now = datetime.now(UTC)
    names = [LAST_VISIT, *Period, TWO_DAYS]
    chosen = st.segmented_control(
        "Period",
        names,
        default=Period.WEEK,
        required=True,
        key="period",
        bind="query-params",
        label_visibility="collapsed",
        help="This week begins on Monday. A month and a quarter end today. Your last visit to this page is remembered "
        "by this browser only; it ends 30 minutes after you loaded the page, or after 4 hours without a click.",
    )
    if chosen == TWO_DAYS:
        return _render_days(now.date())
    if chosen == LAST_VISIT:
        if seen is None:
            st.caption("This browser has no earlier visit of this page. This week is shown.")
        else:
            return seen, None
    return period_start(Period(chosen) if chosen in set(Period) else Period.WEEK, now), None


def _render_days(today: date) -> tuple[datetime, datetime | None]:
    month_end = today.replace(day=1) - timedelta(days=1)
    picked = st.date_input(
        "From the end of one day to the end of another",
        (month_end, today),
        max_value=today,
        key=FROM_TO,
        bind="query-params",
        label_visibility="collapsed",
        format="DD/MM/YYYY",
        width=300,
        help="Days end at 24:00 UTC. Copy the address to share this comparison.",
    )
    days = picked if isinstance(picked, tuple) else (picked,)
    if len(days) != 2:
        st.caption("Choose the second day.")
        st.stop()
    return end_of_day(days[0]), None if days[1] >= today else end_of_day(days[1])


def _moment_text(instant: datetime) -> str:
    """Format a moment; the end of a day as the beginning of the next one."""
    shown = instant + INSTANT
    return f"{moment(shown)} {zone(shown)}"


def _render_cards(comparison: Comparison) -> None:
    sums = dict(bridge_steps(comparison.bridge, tuple(Stage)).iter_rows())
    worse = int(comparison.rags["is_worse"].sum())
    later = comparison.dates.filter(pl.col("days") > 0)
    cards = {
        "Projects moved": (_projects(comparison.lines), "Projects with a movement in the list below."),
        "Later dates": (_projects(later), "Projects with an RTB or milestone date that moved later."),
        "RAG worse": (worse, f"Projects whose RAG status got worse; {len(comparison.rags) - worse} got better."),
        "Risks moved": (len(comparison.risks), "Risks opened, closed, reopened or rated otherwise."),
    }
    change = sums["Closing"] - sums["Opening"]
    with st.grid(5, min_column_width=CARD_PIXELS, key="cards"):
        st.metric(
            "All stages",
            power(sums["Closing"]),
            f"{'+' if change > 0 else '-'}{_change_text(abs(change))}" if change else "±0",
            delta_color="normal" if change else "off",
            delta_arrow="auto" if change else "off",
            help="Capacity in all stages at the end of the period.",
            border=True,
            height="stretch",
        )
        for label, (count, help_text) in cards.items():
            st.metric(label, number(count), help=help_text, border=True, height="stretch")


def _render_summary(comparison: Comparison) -> None:
    """Draw the downloads of the summary for a board, built on click."""
    name = f"portfolio-changes-{comparison.after_utc:%Y-%m-%d}"
    download_button(
        "Excel",
        lambda: summary_workbook(comparison),
        f"{name}.xlsx",
        help="The board's summary as an Excel workbook, with every row.",
    )
    download_button(
        "Export for the board",
        lambda: summary_html(comparison),
        f"{name}.html",
        icon=":material/print:",
        type="primary",
        help="One page that prints on A4: sentences, bridge, moved dates, RAG and risks of this period.",
    )


def _render_part() -> tuple[list[str], list[str]]:
    """Draw the choice of the part of the portfolio that the bridge shows, and return its stages and technologies."""
    with more_options("Bridge"):
        stages = st.multiselect(
            "Stages",
            [str(stage) for stage in Stage],
            placeholder="In development",
            key="stages",
            bind="query-params",
            persist_state=KEPT,
            width=320,
            help="None chosen means all but On hold and Completed. A change of stage between two chosen ones adds up "
            "to nothing: it leaves one and joins the other.",
        )
        technologies = st.multiselect(
            "Technology",
            [str(name) for name in Technology],
            key="technology",
            bind="query-params",
            persist_state=KEPT,
            placeholder="All",
            width=320,
        )
    return stages, technologies


def _chips(stages: Sequence[str], technologies: Sequence[str]) -> list[Chip]:
    chosen = {"stages": stages, "technology": technologies}
    return [Chip(f"Bridge: {', '.join(values)}", key, []) for key, values in chosen.items() if values]


def _render_bridge(comparison: Comparison, stages: Sequence[str], technologies: Sequence[str]) -> None:
    """Draw the bridge, and its steps as a table beside it."""
    steps = bridge_steps(comparison.bridge, stages or IN_DEVELOPMENT, technologies)
    alt = ", ".join(f"{row['movement']} {row['mwp']:,.1f} MWp" for row in steps.iter_rows(named=True))
    left, right = chart_and_table()
    with left:
        render_figure(capacity_bridge(steps), bridge_table(comparison.bridge), "bridge", alt)
    rows = []
    for movement, mwp in steps.iter_rows():
        is_end = movement in ENDS
        text = f"{mwp:,.1f}" if is_end else f"{mwp:+,.1f}".replace("-", "\u2212")
        moved = "" if is_end else number(_projects(comparison.lines.filter(movement=movement)))
        colour = MUTED if is_end else MORE if mwp > 0 else LESS
        rows.append(FigureRow(movement, [f"**{text}**" if is_end else text, moved], colour))
    with right:
        render_figures(
            FiguresTable(["", "MWp", "Projects"], rows, "The projects are those of all stages and technologies.")
        )
        part = "all stages but On hold and Completed" if not stages else ", ".join(stages)
        st.caption(f"The bridge is of {part}{': ' + ', '.join(technologies) if technologies else ''}.")
        _render_span(comparison)


render_page()
