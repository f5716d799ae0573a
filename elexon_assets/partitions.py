"""Partitions: UTC days, one definition for every partitioned asset, no end offset.

A day is there to be asked for only after it closed, so a green day was asked for when it was whole.
"""

import warnings

import dagster as dg

from warehouse.settings import Settings

# The policy is what makes a year one run; it has kept its behaviour since it came, and the pinned version is tested.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)

UTC_DAYS = dg.DailyPartitionsDefinition(start_date=Settings().first_day.isoformat(), timezone="UTC")
