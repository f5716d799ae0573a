"""Modules that the work imports late: the process that all children are copies of imports them once."""

import dagster  # noqa: F401 (the children need it, not this module)

import renewables.cli.fetch
import renewables.dagster_control.fetch_job
import renewables.dagster_control.in_process  # noqa: F401 (as above)
