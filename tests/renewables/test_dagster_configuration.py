"""`dagster.yaml` of a home: an update replaces one that nobody edited, and keeps an edited one. Addresses of links."""

from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import HttpUrl

from renewables.cli.up import links_of
from renewables.dagster_control import instance
from renewables.dagster_control.instance import SHIPPED_COPY, prepared_home, shipped_file
from warehouse.settings import Settings

OLDER = "telemetry:\n  enabled: false\n"


@pytest.fixture
def folder(home: Path) -> Path:
    return prepared_home(Settings(renewables_home=home))


def prepare_again(folder: Path) -> str:
    """Return the configuration after the next start."""
    prepared_home(Settings(renewables_home=folder.parent))
    return (folder / "dagster.yaml").read_text()


def test_a_new_home_gets_the_shipped_configuration(folder: Path) -> None:
    assert prepare_again(folder) == shipped_file("dagster.yaml").read_text()


def test_an_update_replaces_a_configuration_that_nobody_edited(folder: Path) -> None:
    for name in ("dagster.yaml", SHIPPED_COPY):
        (folder / name).write_text(OLDER)
    assert prepare_again(folder) == shipped_file("dagster.yaml").read_text()


@pytest.mark.parametrize("has_copy", [True, False])
def test_a_configuration_that_the_user_edited_is_kept(folder: Path, has_copy: bool) -> None:
    (folder / "dagster.yaml").write_text(OLDER + "# mine\n")
    if has_copy:
        (folder / SHIPPED_COPY).write_text(OLDER)
    else:
        (folder / SHIPPED_COPY).unlink()
    assert prepare_again(folder) == OLDER + "# mine\n"


def test_the_configuration_of_the_first_version_is_recognised(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "FIRST_SHIPPED", sha256(OLDER.encode()).hexdigest())
    (folder / "dagster.yaml").write_text(OLDER)
    (folder / SHIPPED_COPY).unlink()
    assert prepare_again(folder) == shipped_file("dagster.yaml").read_text()


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ("http://127.0.0.1:3000", {"DAGSTER_URL": "http://127.0.0.1:4000", "DASHBOARD_URL": "http://127.0.0.1:8000"}),
        ("http://localhost:3000", {"DAGSTER_URL": "http://127.0.0.1:4000", "DASHBOARD_URL": "http://127.0.0.1:8000"}),
        ("https://dagster.example.com", {"DASHBOARD_URL": "http://127.0.0.1:8000"}),
    ],
)
def test_notices_link_to_the_address_of_a_proxy_and_otherwise_to_the_port_of_this_start(
    home: Path, configured: str, expected: dict[str, str]
) -> None:
    settings = Settings(renewables_home=home, dagster_url=HttpUrl(configured))
    assert links_of(settings, "http://127.0.0.1:4000", "http://127.0.0.1:8000") == expected
