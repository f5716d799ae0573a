"""Lines over months that join complete months only; a month with too little data is a hollow mark beside them.

Belongs here: how months and incomplete months look, the same on every chart by month. Not here: which months there are.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types

from elexon_assets.settlement import HALF_HOUR
from renewables.charts.style import axis_style
from renewables.queries.profiles import window_of_days

FEW_MONTHS = 3
"The number of months below which each of them is labelled."
MONTHS_AND_YEARS = [{"dtickrange": [None, "M12"], "value": "%b\n%Y"}]
COMPLETE_MONTH = 0.95
"The coverage below which a month is drawn hollow and not joined, because its energy says little."


def monthly_traces(
    x: Sequence[Any],
    y: Sequence[float | None],
    coverage: Sequence[float],
    *,
    name: str,
    line: dict[str, Any],
    hovertemplate: str,
    customdata: Sequence[Any] | None = None,
    size: int = 7,
) -> list[go.Scatter]:
    """Return the line of the complete months, which breaks at others, and the hollow marks of the incomplete months."""
    is_complete = [share >= COMPLETE_MONTH for share in coverage]
    has_hollow = any(not whole and value is not None for whole, value in zip(is_complete, y, strict=True))
    shared: dict[str, Any] = {
        **{"x": list(x), "name": name, "legendgroup": name, "connectgaps": False, "hovertemplate": hovertemplate},
        "customdata": None if customdata is None else list(customdata),
    }
    traces = [
        go.Scatter(
            y=[value if whole else None for value, whole in zip(y, is_complete, strict=True)],
            mode="lines+markers",
            line=line,
            marker={"size": size},
            showlegend=any(is_complete) or not has_hollow,
            **shared,
        )
    ]
    if has_hollow:
        traces.append(
            go.Scatter(
                y=[None if whole else value for value, whole in zip(y, is_complete, strict=True)],
                mode="markers",
                marker={"size": size + 1, "symbol": "circle-open", "color": line["color"], "line": {"width": 2}},
                showlegend=not any(is_complete),
                **shared,
            )
        )
    return traces


def month_axis(months: Iterable[date]) -> dict[str, Any]:
    """Return the time axis of a chart by month; each of a few months is labelled, where Plotly would label days."""
    present = sorted(set(months))
    labels = {"tickvals": present, "tickformat": "%b %Y"} if len(present) < FEW_MONTHS else {}
    return axis_style("Month", hoverformat="%b %Y", tickformatstops=MONTHS_AND_YEARS, **labels)


def half_hours_of_month(month: date) -> int:
    """Return the half-hours of a calendar month in the United Kingdom, which change with its clocks."""
    last = date(month.year, month.month, monthrange(month.year, month.month)[1])
    span = window_of_days(month, last)
    return (span.end_utc - span.start_utc) // HALF_HOUR
