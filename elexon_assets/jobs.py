"""The jobs: what runs together, and whether a run of a job is in progress."""

import dagster as dg

from elexon_assets.assets import DAILY_ASSETS, TABLE_ASSETS, installed_capacity, latest_half_hours
from elexon_assets.backfill_plan import PRIORITY
from elexon_assets.datasets import COVERED
from elexon_assets.flag_assets import flags
from elexon_assets.ops import accept_known_gap, delete_old_runs, maintain_warehouse, withdraw_known_gap

nightly = dg.define_asset_job(
    "nightly",
    selection=[*DAILY_ASSETS, installed_capacity],
    description="The trailing seven UTC days of every dataset, fetched again to receive late and republished values. "
    "Also all of installed capacity.",
    tags={PRIORITY: "10"},
)
repair = dg.define_asset_job(
    "repair",
    selection=[dg.AssetKey(dataset.name) for dataset in COVERED],
    description="Missing and incomplete days of the last 30, fetched again.",
    tags={PRIORITY: "10"},
)
latest = dg.define_asset_job(
    "latest",
    selection=[latest_half_hours],
    description="The trailing 24 hours of every dataset, so that the data is live.",
    tags={PRIORITY: "20"},
)
flagging = dg.define_asset_job(
    "flagging",  # the op of the asset has the name `flags`, and Dagster refuses two
    selection=[flags],
    description="Flags for what has landed since the last time; runs after every landing.",
    tags={PRIORITY: "30"},
)
checks = dg.define_asset_job(
    "checks",
    selection=TABLE_ASSETS,
    description="Checks of the data; runs after the flags of every landing except those of latest, "
    "and when a dataset becomes stale or fresh again.",
    tags={PRIORITY: "30"},
)


@dg.job(
    executor_def=dg.in_process_executor,
    tags={PRIORITY: "10"},
    description="Deletes old runs from Dagster's storage (the newest materialization of every partition is kept), and "
    "compacts the warehouse, removes versions that are no longer kept and writes the exported file of a lake.",
)
def pruning() -> None:
    """Delete old runs and maintain the warehouse every night."""
    delete_old_runs()
    maintain_warehouse()


@dg.job(
    executor_def=dg.in_process_executor,
    tags={PRIORITY: "30"},
    description="Accepts the half-hours that are missing from a day as a known gap: the day turns green, and no repair "
    "fetches it again. Started by `renewables accept-gap` and by the page Coverage.",
)
def accepting() -> None:
    """Accept a day as a known gap after a person has checked that it cannot be fetched."""
    accept_known_gap()


@dg.job(
    executor_def=dg.in_process_executor,
    tags={PRIORITY: "30"},
    description="Withdraws the acceptance of a day as a known gap: the day is red or missing again, and is fetched by "
    "the next repair. Started by `renewables withdraw-gap` and by the page Coverage.",
)
def withdrawing() -> None:
    """Withdraw the acceptance of a day after a person has found that it can be fetched after all."""
    withdraw_known_gap()


ON_ITS_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def on_its_way(instance: dg.DagsterInstance, job_name: str) -> str | None:
    """Return the id of a run of the job in progress, or None."""
    runs = instance.get_runs(filters=dg.RunsFilter(job_name=job_name, statuses=ON_ITS_WAY), limit=1)
    return runs[0].run_id if runs else None
