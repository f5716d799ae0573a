"""Tests of the settings of a lake, and of what a DuckDB without extensions says; they need no lake."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from renewables.cli.doctor_checks import run_checks
from renewables.cli.findings import BROKEN
from renewables.user_errors import user_message
from warehouse.connection import configured_warehouse, reading, writing
from warehouse.errors import LakeUnavailable, SettingsUnreadable
from warehouse.lake_address import LakeAddress
from warehouse.lake_engine import extension_file
from warehouse.redaction import redacted
from warehouse.settings import Settings

without_extension = pytest.mark.skipif(
    extension_file("ducklake") is not None, reason="this environment has the extensions of gb-renewables[lake]"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ducklake:postgres:dbname=gb host=db", LakeAddress("postgres", "dbname=gb host=db")),
        ("ducklake:postgres:postgresql://ana@db/gb", LakeAddress("postgres", "postgresql://ana@db/gb")),
        ("ducklake:postgresql://ana@db/gb", LakeAddress("postgres", "postgresql://ana@db/gb")),
        ("ducklake:sqlite:/srv/gb.sqlite", LakeAddress("sqlite", "/srv/gb.sqlite")),
        ("DUCKLAKE:SQLite:/srv/gb.sqlite", LakeAddress("sqlite", "/srv/gb.sqlite")),
    ],
)
def test_one_setting_names_a_lake(
    home: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: LakeAddress
) -> None:
    monkeypatch.setenv("WAREHOUSE", text)
    settings = Settings()
    assert settings.warehouse == expected
    assert settings.warehouse_data == str(home / "lake")
    assert configured_warehouse().name == str(expected)
    with pytest.raises(SettingsUnreadable, match="a warehouse in a DuckDB file"):
        _ = settings.warehouse_file


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WAREHOUSE", "ducklake:postgres:dbname=gb password=hunter22"),
        ("WAREHOUSE", "ducklake:postgres:dbname=gb password = 'hunter22'"),
        ("WAREHOUSE", "ducklake:postgres:dbname=gb sslpassword=hunter22"),
        ("WAREHOUSE", "ducklake:postgres:postgresql://ana:hunter22@db/gb"),
        ("WAREHOUSE", "ducklake:postgres:postgresql://ana:hunter22/x@db/gb"),
        ("WAREHOUSE", "ducklake:postgres:postgresql://ana@db/gb?password=hunter22"),
        ("WAREHOUSE_DATA", "s3://key:hunter22@bucket/x"),
        ("WAREHOUSE_DATA", "s3://bucket/x?s3_secret_access_key=hunter22"),
    ],
)
def test_a_secret_in_an_address_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    message = user_message(refusal.value)
    assert message is not None
    assert message[0].startswith(f"The setting {name} is not valid: it contains ")
    assert "PGPASSFILE" in message[0] or "AWS_SECRET_ACCESS_KEY" in message[0]
    assert "hunter22" not in message[0]
    assert "hunter22" not in str(refusal.value)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WAREHOUSE", "ducklake:md:gb", "MotherDuck as a catalogue is untested"),
        ("WAREHOUSE", "ducklake:gb.duckdb", "the catalogue of a lake is PostgreSQL or SQLite"),
        ("WAREHOUSE", "ducklake:postgres:", "the catalogue of a lake is PostgreSQL or SQLite"),
        ("WAREHOUSE", "postgresql://db/gb", "a DuckDB file or a DuckLake"),
        ("WAREHOUSE", "s3://bucket/gb.duckdb", "a DuckDB file or a DuckLake"),
        ("WAREHOUSE_DATA", "gs://bucket", "a folder or in an S3 bucket"),
    ],
)
def test_another_engine_is_refused_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    message = user_message(refusal.value)
    assert message is not None
    assert sentence in message[0]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
def test_the_secrets_of_a_lake_are_hidden_in_every_text(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hunter22")
    assert redacted("the server says: hunter22 is wrong") == "the server says: … is wrong"


@pytest.fixture
def lake_without_extension(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure a lake where DuckDB has no extension for it."""
    monkeypatch.setenv("WAREHOUSE", f"ducklake:sqlite:{home / 'catalogue.sqlite'}")


@without_extension
@pytest.mark.usefixtures("lake_without_extension")
def test_a_duckdb_without_the_extension_is_named_with_what_to_install() -> None:
    for opened in (reading(), writing()):
        with pytest.raises(LakeUnavailable, match=r"no extension ducklake.*gb-renewables\[lake\].*Or set WAREHOUSE"):
            opened.__enter__()


@without_extension
@pytest.mark.usefixtures("lake_without_extension")
def test_doctor_reports_a_duckdb_without_the_extension_and_goes_on() -> None:
    findings = [finding for finding in run_checks() if finding.what in ("warehouse", "snapshot")]
    assert findings
    assert all(finding.state == BROKEN for finding in findings)
    assert "gb-renewables[lake]" in findings[0].found
