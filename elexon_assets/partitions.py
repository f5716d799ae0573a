"""Partitions by UTC day: one definition for every partitioned asset, without an end offset.

A day can be requested only after it closed, so a green day was complete when it was requested.
"""

import warnings

import dagster as dg

from warehouse.settings import Settings

# The policy makes a year one run. Its behaviour has not changed since its release, and the pinned version is tested.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)

UTC_DAYS = dg.DailyPartitionsDefinition(start_date=Settings().first_day.isoformat(), timezone="UTC")
