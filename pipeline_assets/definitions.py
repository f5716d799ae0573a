"""Everything that Dagster loads from this code location, listed explicitly. There is no logic and no I/O on loading."""

import dagster as dg

from pipeline_assets import jobs
from pipeline_assets.assets import portfolio, seeded_portfolio, submitted_changes
from pipeline_assets.catalogue import in_development
from pipeline_assets.checks import portfolio_checks
from pipeline_assets.register_assets import REGISTER_ASSETS
from pipeline_assets.register_checks import register_checks
from pipeline_assets.resources import RESOURCES
from pipeline_assets.schedules import SCHEDULES
from pipeline_assets.sensors import SENSORS

defs = dg.Definitions(
    assets=in_development([seeded_portfolio, submitted_changes, portfolio, *REGISTER_ASSETS]),
    asset_checks=[portfolio_checks, register_checks],
    jobs=[jobs.landing, jobs.nightly_landing, jobs.seeding, jobs.weekly_digest, jobs.register_issues],
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources=RESOURCES,
    executor=dg.in_process_executor,
)
