"""The columns of the tables of Analysis: their titles and formats, few enough to fit beside each other.

The downloads have all columns. Not here: the columns of half-hours and of series (`half_hour_columns.py`).
"""

from typing import Any

import streamlit as st

from renewables.queries.analysis import PERCENTILES
from renewables.queries.caveats import CAPACITY_IS_PLANNED, WIND_ERRS_LOW

_CATEGORY: dict[str, Any] = {
    "psr_type": st.column_config.TextColumn("Technology", pinned=True),
    "fuel_type": st.column_config.TextColumn("Fuel", pinned=True),
}
_HALF_HOURS = st.column_config.NumberColumn("Half-hours", format="%,d")
_COVERAGE = st.column_config.NumberColumn("Coverage", format="%.4g %%")
_ENERGY = st.column_config.NumberColumn("Energy (MWh)", format="%,.0f")
_MEAN = st.column_config.NumberColumn("Mean (MW)", format="%,.0f")
_PEAK = st.column_config.NumberColumn("Peak (MW)", format="%,.0f")
_CAPACITY_FACTOR = st.column_config.NumberColumn("Capacity factor", format="%.3g %%", help=WIND_ERRS_LOW)
_CAPACITY = st.column_config.NumberColumn(
    "Installed (MW)", format="%,.0f", help=f"Mean over the period. {CAPACITY_IS_PLANNED}"
)

SUMMARY: dict[str, Any] = {
    **_CATEGORY,
    "energy_mwh": _ENERGY,
    "mean_mw": _MEAN,
    "peak_mw": _PEAK,
    "peak_start_time_london": st.column_config.DatetimeColumn("Peak at (UK time)", format="D MMM YYYY HH:mm"),
    "capacity_mw": _CAPACITY,
    "capacity_factor": _CAPACITY_FACTOR,
    "coverage": _COVERAGE,
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", format="%,d", help="Half-hours with a flag."),
    "flagged_share": st.column_config.NumberColumn("Flagged share", format="%.3g %%"),
    **dict.fromkeys(("half_hours", "half_hours_expected", "half_hours_outside_soft_limits")),
    **dict.fromkeys(f"p{percentile}_mw" for percentile in PERCENTILES),
}
"Those of the summary below each view, in this order."

SPREAD: dict[str, Any] = {
    **dict.fromkeys(SUMMARY),
    **_CATEGORY,
    **{f"p{p}_mw": st.column_config.NumberColumn(f"P{p} (MW)", format="%,.0f") for p in PERCENTILES},
    "mean_mw": _MEAN,
    "peak_mw": _PEAK,
}
"Those of a comparison."

CAPACITY_FACTORS: dict[str, Any] = {
    "month": st.column_config.DateColumn("Month", format="MMM YYYY", pinned=True),
    **_CATEGORY,
    "energy_mwh": _ENERGY,
    "mean_capacity_mw": _CAPACITY,
    "capacity_factor": _CAPACITY_FACTOR,
    "half_hours": _HALF_HOURS,
}

PROFILES: dict[str, Any] = {
    **_CATEGORY,
    "from_mw": st.column_config.NumberColumn("From (MW)", format="%,.0f"),
    "to_mw": st.column_config.NumberColumn("To (MW)", format="%,.0f"),
    "share": st.column_config.NumberColumn("Share of half-hours", format="percent"),
    "share_of_time": st.column_config.NumberColumn("Share of half-hours", format="%.3g %%"),
    "exceeded_mw": st.column_config.NumberColumn("Reached or exceeded (MW)", format="%,.0f"),
    "category": st.column_config.TextColumn("Series", pinned=True),
    "other": "With",
    "r": st.column_config.NumberColumn("Pearson's r", format="%.2f"),
    "weekday": st.column_config.NumberColumn("Day (1: Monday)", pinned=True),
    "year": st.column_config.NumberColumn("Year", format="%d", pinned=True),
    "month": st.column_config.NumberColumn("Month", pinned=True),
    "hour": st.column_config.NumberColumn("Hour (UK time)"),
    "mean_mw": _MEAN,
    "energy_mwh": _ENERGY,
    "coverage": _COVERAGE,
    "half_hours": _HALF_HOURS,
    "half_hours_expected": st.column_config.NumberColumn("Expected", format="%,d"),
}
"Those of a distribution, a correlation, seasons, a duration curve and years."
