"""Tests that a launched run cannot change where the data comes from or goes to (scenario 42)."""

from typing import Any

import dagster as dg
import pytest

from elexon_assets.definitions import defs as elexon_definitions
from pipeline_assets.definitions import defs as pipeline_definitions

ELSEWHERE: list[tuple[str, dict[str, Any]]] = [
    ("elexon", {"base_url": "https://evil.example"}),
    ("warehouse", {"database": "elsewhere.duckdb"}),
    ("io_manager", {"base_dir": "elsewhere"}),
]


@pytest.mark.parametrize(("resource", "config"), ELSEWHERE)
@pytest.mark.parametrize("job", ["nightly", "repair", "latest", "flagging", "checks", "__ASSET_JOB"])
def test_no_run_of_generation_data_accepts_another_source_or_target(
    job: str, resource: str, config: dict[str, Any]
) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entry"):
        dg.validate_run_config(elexon_definitions.resolve_job_def(job), {"resources": {resource: {"config": config}}})


@pytest.mark.parametrize(("resource", "config"), ELSEWHERE[1:])
@pytest.mark.parametrize("job", ["landing", "seeding", "__ASSET_JOB"])
def test_no_run_of_the_pipeline_accepts_another_target(job: str, resource: str, config: dict[str, Any]) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entry"):
        dg.validate_run_config(pipeline_definitions.resolve_job_def(job), {"resources": {resource: {"config": config}}})
