"""Damaged records of Dagster end in one sentence with the fix, and doctor names them."""

from pathlib import Path

import pytest

from renewables.dagster_control.instance import open_instance
from renewables.dagster_control.record_files import (
    DATABASES,
    DagsterConfigurationInvalid,
    DagsterRecordsDamaged,
    damaged_databases,
)
from warehouse.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("home")]


@pytest.fixture
def instance_folder() -> Path:
    """Return the folder of an instance that was used once."""
    use_instance()
    return Settings().dagster_home


def use_instance() -> None:
    """Read something of each database."""
    with open_instance(Settings()) as instance:
        instance.get_runs_count()
        instance.get_asset_keys()
        instance.all_instigator_state()


def damage(path: Path) -> None:
    path.write_bytes(b"no database " * 2_000)
    for log in path.parent.glob(f"{path.name}-*"):
        log.unlink()


@pytest.mark.parametrize("name", DATABASES)
def test_a_damaged_database_of_dagster_is_named_with_the_fix(instance_folder: Path, name: str) -> None:
    assert list(damaged_databases(instance_folder)) == []
    damage(instance_folder / name)
    assert list(damaged_databases(instance_folder)) == [(instance_folder / name, "file is not a database")]
    with pytest.raises(DagsterRecordsDamaged, match=r"cannot be used \(file is not a database\). Stop `renewables up`"):
        use_instance()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"storage: 3\n", b"no_such_setting: 1\n"])
def test_a_configuration_of_dagster_that_cannot_be_used_is_named_with_the_fix(
    instance_folder: Path, content: bytes
) -> None:
    (instance_folder / "dagster.yaml").write_bytes(content)
    with (
        pytest.raises(DagsterConfigurationInvalid, match=r"dagster\.yaml cannot be used \(.+\). Correct it, or remove"),
        open_instance(Settings()),
    ):
        pass
