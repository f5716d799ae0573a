"""How a ledger is found and opened, and the errors if it cannot be."""

import sqlite3
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.schema import open_ledger
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, all_records, set_fields, submit_batch


def test_opening_a_ledger_again_keeps_its_contents(engine: sa.Engine, url: str) -> None:
    submit_batch(engine, *PORTFOLIO)
    again = open_ledger(url)
    assert all_records(again) == all_records(engine)
    assert set_fields(again, "pipelines", "fen", notes="x").position == len(PORTFOLIO) + 1
    again.dispose()


def test_a_ledger_of_a_newer_version_is_refused_with_the_fix(engine: sa.Engine, url: str) -> None:
    with schema.writing(engine) as con:
        con.execute(schema.ledger_info.update().where(schema.ledger_info.c.key == "format_version").values(value=2))
        con.execute(sa.text("DROP TABLE outbox"))  # an unknown format may lack it
    with pytest.raises(LedgerUnavailable, match="written by a newer gb-renewables: update this installation"):
        open_ledger(url)
    with schema.reading(engine) as con:
        assert not sa.inspect(con).has_table("outbox")


def test_a_ledger_that_vanishes_is_named_and_nothing_is_saved(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    with schema.writing(engine) as con:
        con.execute(sa.text("ALTER TABLE batches RENAME TO elsewhere"))
    with pytest.raises(LedgerUnavailable, match="Nothing was saved; see LEDGER_URL"):
        set_fields(engine, "pipelines", "fen", notes="x")
    assert reader.newest_position(engine) == len(PORTFOLIO)


def test_an_exception_rolls_the_transaction_back(engine: sa.Engine) -> None:
    def half(value: int) -> None:
        with schema.writing(engine) as con:
            con.execute(schema.ledger_info.insert().values(key="half", value=value))
            con.execute(schema.ledger_info.insert().values(key="rest", value=1 // value))

    with pytest.raises(ZeroDivisionError):
        half(0)
    with schema.reading(engine) as con:
        assert set(con.execute(sa.select(schema.ledger_info.c.key)).scalars()) == {
            "format_version",
            "position",
            "unique_keys",
        }


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(LedgerUnavailable, match=r"(?s)cannot be used now: .*see LEDGER_URL") as unavailable:
        open_ledger("postgresql://ana:secret@127.0.0.1:1/ledger?connect_timeout=2")
    assert "secret" not in str(unavailable.value)


@pytest.mark.parametrize(
    "url",
    [
        "ledger.sqlite",
        "mysql://host/ledger",
        "duckdb:///ledger",
        "http://host",
        "postgresql://ana:secret@host:port/ledger",
        "postgresql://[::1:5432/ledger",
        "postgresql+psycopg_async://host/ledger",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////folder/ledger.sqlite?mode=ro",
    ],
)
def test_an_unsupported_database_address_is_refused_with_examples(url: str) -> None:
    with pytest.raises(LedgerUnavailable, match="write sqlite:////folder"):
        open_ledger(url)


def test_only_its_owner_can_read_a_new_ledger_and_its_log(tmp_path: Path) -> None:
    engine = open_ledger(f"sqlite:///{tmp_path}/new/ledger.sqlite")
    with engine.connect() as con:
        con.exec_driver_sql("SELECT 1")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    engine.dispose()
    assert modes["ledger.sqlite"] == 0o600
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_no_ledger_is_created_through_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").symlink_to(tmp_path / "victim")
    with pytest.raises(LedgerUnavailable, match="symbolic link"):
        open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    assert not (tmp_path / "victim").exists()


def test_a_missing_driver_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(LedgerUnavailable, match=r"pip install 'gb-renewables\[postgresql\]'"):
        open_ledger("postgresql+pg8000://host/ledger")


def test_a_file_that_is_not_a_database_is_left_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("name,website\n" * 200)
    with pytest.raises(LedgerUnavailable, match="file is not a database"):
        open_ledger(f"sqlite:///{path}")
    assert path.read_text() == "name,website\n" * 200


def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerUnavailable, match="file cannot be made"):
        open_ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite")


def test_without_an_address_the_ledger_is_a_file_of_the_home(home: Path) -> None:
    engine = open_ledger()
    submit_batch(engine, *PORTFOLIO)
    engine.dispose()
    with sqlite3.connect(home / "ledger.sqlite") as con:
        assert con.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert con.execute("SELECT count(*) FROM changes").fetchone() == (len(PORTFOLIO),)
    con.close()


def test_the_setting_names_the_ledger(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{home / 'deep' / 'down.sqlite'}")
    open_ledger().dispose()
    assert (home / "deep" / "down.sqlite").is_file()
