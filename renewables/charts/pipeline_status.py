"""Statuses over time as figures: RAG by month, RTB dates and their slippage.

The frames come from `queries/pipeline.py`.
"""

from datetime import date

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from renewables.charts.escaping import escape_markup, short_label, wrap_text
from renewables.charts.pipeline_rag import COLOURS, LETTERS, ON_COLOURS, SHAPES, WORST_FIRST, legend_of_cells
from renewables.charts.style import MUTED, axis_style, figure_layout

ROW_PIXELS = 23


def rag_grid(frame: pl.DataFrame) -> go.Figure:
    """Draw one row per project and one column per month, each status as a lettered cell, the newest month last."""
    names = _short_labels(frame)
    months = frame["month"].unique().sort().to_list()
    lines = {id: number for number, id in enumerate(names)}
    columns = {month: number for number, month in enumerate(months)}
    traces: list[go.Heatmap | go.Scatter] = []
    for rag in WORST_FIRST:
        z: list[list[int | None]] = [[None] * len(months) for _ in names]
        messages = [[""] * len(months) for _ in names]
        letters = [[""] * len(months) for _ in names]
        for row in frame.filter(rag=rag).iter_rows(named=True):
            line, column = lines[row["pipeline_id"]], columns[row["month"]]
            z[line][column], letters[line][column] = 1, LETTERS[rag]
            messages[line][column] = _of_month(row)
        traces.append(
            go.Heatmap(
                **{"x": list(range(len(months))), "y": list(range(len(names))), "z": z, "text": letters},
                customdata=messages,
                colorscale=[(0, COLOURS[rag]), (1, COLOURS[rag])],
                **{"showscale": False, "xgap": 2, "ygap": 2, "hoverongaps": False, "texttemplate": "%{text}"},
                textfont={"color": ON_COLOURS[rag], "size": 12},
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    words = [f"{month:%b %Y}" if n == 0 or month.month == 1 else f"{month:%b}" for n, month in enumerate(months)]
    x = axis_style("", side="top", tickvals=list(range(len(months))), ticktext=words, showgrid=False, zeroline=False)
    y = axis_style(
        "",
        autorange="reversed",
        tickvals=list(range(len(names))),
        ticktext=list(names.values()),
        showgrid=False,
        zeroline=False,
    )
    height = 110 + ROW_PIXELS * max(len(names), 3)
    bottom = {"orientation": "h", "x": 0, "xanchor": "left", "y": 0, "yanchor": "top"}
    return go.Figure(
        [*traces, *legend_of_cells()], figure_layout(x, y, height=height, legend=bottom, hovermode="closest")
    )


def rtb_timeline(frame: pl.DataFrame, today: date) -> go.Figure:
    """Draw one row per project, from its first RTB date (ring) to the present one (RAG by colour and shape)."""
    names = _short_labels(frame)
    rows = {id: n for n, id in enumerate(names)}
    moved = frame.filter(pl.col("slippage_days") != 0)
    xs: list[date | None] = []
    ys: list[int | None] = []
    for id, first, now in moved.select("pipeline_id", "first_rtb_date", "rtb_date").iter_rows():
        xs += [first, now, None]
        ys += [rows[id], rows[id], None]
    traces = [
        go.Scatter(
            **{"x": xs, "y": ys, "mode": "lines", "line": {"color": MUTED, "width": 2.5}},
            **{"name": "Slippage", "hoverinfo": "skip"},
        ),
        go.Scatter(
            **{"x": moved["first_rtb_date"].to_list(), "y": [rows[id] for id in moved["pipeline_id"]]},
            **{"mode": "markers", "name": "First RTB date", "hoverinfo": "skip"},
            marker={"symbol": "circle-open", "size": 9, "color": MUTED, "line": {"width": 2}},
        ),
    ]
    for rag in WORST_FIRST:
        part = frame.filter(rag=rag)
        if not len(part):
            continue
        traces.append(
            go.Scatter(
                **{"x": part["rtb_date"].to_list(), "y": [rows[id] for id in part["pipeline_id"]], "mode": "markers"},
                **{"name": rag.value, "customdata": [_of_rtb(row) for row in part.iter_rows(named=True)]},
                marker={"symbol": SHAPES[rag], "size": 11, "color": COLOURS[rag]},
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    x = axis_style("RTB date", type="date", side="bottom")
    span = [len(names) - 0.4, -0.6]
    y = axis_style("", tickvals=list(rows.values()), ticktext=list(names.values()), range=span, zeroline=False)
    figure = go.Figure(traces, figure_layout(x, y, height=130 + ROW_PIXELS * max(len(names), 3), hovermode="closest"))
    figure.add_vline(today, line={"color": MUTED, "width": 1, "dash": "dot"})
    figure.add_annotation(x=today, y=0, yref="paper", yanchor="bottom", text="today", showarrow=False, xanchor="left")
    return figure


def _short_labels(frame: pl.DataFrame) -> dict[str, str]:
    """Return the label of each project's row, in the frame's order."""
    pairs = frame.select("pipeline_id", "project").unique(maintain_order=True).iter_rows()
    return {id: short_label(name) for id, name in pairs}


def _of_month(row: dict[str, object]) -> str:
    lines = [f"<b>{escape_markup(row['project'])}</b>, {row['month']:%b %Y}", f"{row['rag']}, {row['stage']}"]
    return "<br>".join([*lines, *wrap_text(str(row["rag_comment"] or ""))])


def _of_rtb(row: dict[str, object]) -> str:
    days = int(str(row["slippage_days"]))
    slipped = f"{days:+,} days since {row['first_rtb_date']:%-d %b %Y}" if days else "no change"
    late = "<br><b>Overdue</b>" if row["is_overdue"] else ""
    head = f"<b>{escape_markup(row['project'])}</b>, {row['stage']}, {row['rag']}"
    return f"{head}<br>RTB {row['rtb_date']:%-d %b %Y}, {slipped}{late}"
