"""Declarations of what was expected.

A day of these datasets has the forecasts that were published on it, whatever they are for, so that a day that is over
is complete and no request reaches into the future.
"""

from datetime import timedelta

import polars as pl

from elexon_assets.dataset_model import UTC_TIME, Column, Dataset, Role
from elexon_assets.declarations.columns import ABSURD_MW, BUSINESS_TYPES, PSR_TYPES, START
from elexon_assets.request_parameters import publish_times, with_neighbours

_PLAUSIBLE_MW = (-1_000, ABSURD_MW)

WIND_FORECAST = Dataset(
    name="wind_forecast",
    role=Role.FORECAST,
    code="WINDFOR",
    title="Wind forecast",
    description="National forecast of metered wind, whole MW for each hour, issued about eight times a day for up to "
    "two days ahead; every issue is kept. A target at or before its publish time is not a forecast. The scope is that "
    "of WIND in generation by fuel, so it is compared with that and not with wind and solar.",
    path="/datasets/WINDFOR",
    longest_window=timedelta(days=7),
    parameters=publish_times,
    expected_window=with_neighbours,
    columns={
        "start_time_utc": Column("startTime", UTC_TIME, "Start of the target hour, UTC."),
        "generation_mw": Column(
            "generation", pl.Float64(), "Forecast MW, averaged over the hour.", between=_PLAUSIBLE_MW
        ),
        "publish_time_utc": Column("publishTime", UTC_TIME, "When the issue was published, UTC."),
    },
    range_column="publish_time_utc",
    dimensions=(),
    value="generation_mw",
    resolution=timedelta(hours=1),
    publication_lag=timedelta(),
    fresh_within=timedelta(hours=8),  # the longest time between two issues is four hours; one of them may be missing
)

WIND_AND_SOLAR_FORECAST = Dataset(
    name="wind_and_solar_forecast",
    role=Role.FORECAST,
    code="DGWS",
    title="Wind and solar forecast",
    description="Forecast of wind and solar by power system resource type, MW for each half-hour, issued at about "
    "16:45Z for the next day of the clock; wind is hourly, so two half-hours share a value. In summer the "
    "first two settlement periods are issued a day earlier than the others. Compared with wind and solar by type.",
    path="/datasets/DGWS",
    longest_window=timedelta(days=7),
    parameters=publish_times,
    expected_window=with_neighbours,
    columns={
        "start_time_utc": START,
        "psr_type": Column("psrType", pl.String(), "Power system resource type.", PSR_TYPES),
        "process_type": Column(
            "processType",
            pl.String(),
            "Which of the forecasts: that of the day before, or one of those during the day.",
            ("Day ahead", "Intraday process", "Intraday total"),
        ),
        "generation_mw": Column(
            "quantity", pl.Float64(), "Forecast MW, averaged over the half-hour.", between=_PLAUSIBLE_MW
        ),
        "publish_time_utc": Column("publishTime", UTC_TIME, "When the forecast was published, UTC."),
        "business_type": Column("businessType", pl.String(), "Elexon's business type.", BUSINESS_TYPES),
    },
    range_column="publish_time_utc",
    dimensions=("psr_type", "process_type"),
    value="generation_mw",
    publication_lag=timedelta(),
    fresh_within=timedelta(hours=50),
)
