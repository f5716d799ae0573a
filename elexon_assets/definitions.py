"""The Dagster definitions of this code location, listed explicitly. Without logic; loading it touches nothing."""

import dagster as dg

from elexon_assets import jobs
from elexon_assets.assets import DAILY_ASSETS, TABLE_ASSETS, installed_capacity, latest_half_hours
from elexon_assets.catalogue import in_development
from elexon_assets.checks import DATASET_CHECKS
from elexon_assets.flag_assets import flags
from elexon_assets.resources import RESOURCES
from elexon_assets.schedules import SCHEDULES
from elexon_assets.sensors import SENSORS

defs = dg.Definitions(
    assets=in_development([*DAILY_ASSETS, latest_half_hours, installed_capacity, *TABLE_ASSETS, flags]),
    asset_checks=DATASET_CHECKS,
    jobs=[
        jobs.nightly,
        jobs.repair,
        jobs.latest,
        jobs.flagging,
        jobs.checks,
        jobs.pruning,
        jobs.accepting,
        jobs.withdrawing,
    ],
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources=RESOURCES,
    executor=dg.in_process_executor,
)
