"""Partitions: UTC days, one definition for every partitioned asset, no end offset.

A day is there to be asked for only after it closed, so a green day was asked for when it was whole.
"""

import warnings

import dagster as dg

from warehouse.settings import Settings

# The policy is what makes a year one run; it has kept its behaviour since it came, and the pinned version is tested.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)

UTC_DAYS = dg.DailyPartitionsDefinition(start_date=Settings().first_day.isoformat(), timezone="UTC")

DAYS_A_RUN = 371
"53 windows of seven days: a calendar year in one run. A run costs seconds of start-up, a window milliseconds."

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
"Dagster's own tags: a run with both materializes the whole range in one go."
