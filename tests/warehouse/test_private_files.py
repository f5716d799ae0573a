"""Tests that files of a home are private to their owner and never written through a planted link."""

import json
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warehouse import backups, snapshots
from warehouse.connection import reading, writing
from warehouse.errors import HomeNotWritable, PlantedLink
from warehouse.private_files import make_private_folder, open_private, write_private
from warehouse.snapshots import POINTER, newest_snapshot


@pytest.fixture
def fresh_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set a home that does not exist yet and return its path."""
    monkeypatch.setenv("RENEWABLES_HOME", str(home / "new"))
    return home / "new"


def publish() -> snapshots.Snapshot:
    with writing() as con:
        con.execute("CREATE OR REPLACE TABLE numbers AS SELECT unnest(range(1000)) AS n")
        return snapshots.publish_snapshot(con)


def modes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder.parent).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


def test_a_new_home_with_its_warehouse_and_snapshots_is_private_to_its_owner(fresh_home: Path) -> None:
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT unnest(range(1000)) AS n")
        while_writing = modes(fresh_home)
        snapshots.publish_snapshot(con)
    for item in (while_writing, modes(fresh_home)):
        assert {mode for path, mode in item.items() if not path.endswith((".duckdb", ".wal", ".json"))} == {0o700}
        assert {mode for path, mode in item.items() if path.endswith((".duckdb", ".wal", ".json"))} == {0o600}


def test_a_restored_warehouse_is_private_to_its_owner(fresh_home: Path) -> None:
    publish()
    backups.restore()
    assert modes(fresh_home)["new/warehouse.duckdb"] == 0o600


def test_an_existing_folder_keeps_the_permissions_that_its_owner_chose(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "new" / "inner")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_created_is_refused_with_the_setting_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeNotWritable, match="set RENEWABLES_HOME"):
        make_private_folder(tmp_path / "file" / "home")


def test_no_file_is_written_through_a_planted_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    link = tmp_path / "log"
    link.symlink_to(victim)
    with pytest.raises(PlantedLink, match="symbolic link"):
        open_private(link, "wb")
    write_private(link, "ours")
    assert (victim.read_text(), link.read_text(), link.is_symlink()) == ("precious", "ours", False)


def test_a_file_that_a_kill_left_half_written_is_gone_after_the_next_write(tmp_path: Path) -> None:
    program = (
        "import os, pathlib; from warehouse.private_files import write_private\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), 9)\n"
        f"write_private(pathlib.Path({str(tmp_path / 'state.json')!r}), 'half')"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    assert [path.suffix for path in tmp_path.iterdir()] == [".new"]
    write_private(tmp_path / "state.json", "whole")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]


def test_two_processes_that_write_one_file_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: write_private(path, f"{n}" * 1000), range(10, 99)))
    assert len(path.read_text()) == 2000
    assert list(tmp_path.iterdir()) == [path]


def test_publishing_overwrites_no_file_that_planted_links_point_to(home: Path) -> None:
    publish()
    victim = home / "victim"
    victim.write_text("precious")
    for name in ("current.json.new", "current.duckdb.new", "unfinished.duckdb", "unfinished.duckdb.wal"):
        (home / "snapshots" / name).symlink_to(victim)
    snapshot = publish()
    assert victim.read_text() == "precious"
    assert newest_snapshot(home / "snapshots") == snapshot


def test_a_planted_log_of_the_warehouse_is_refused(home: Path) -> None:
    publish()
    victim = home / "victim"
    (home / "warehouse.duckdb.wal").symlink_to(victim)
    with pytest.raises(PlantedLink), writing():
        pass
    assert not victim.exists()


@pytest.mark.parametrize(
    "elsewhere", ["../warehouse-000000009-2026-01-01.duckdb", "/{0}/warehouse-000000009-2026-01-01.duckdb"]
)
def test_the_pointer_cannot_name_a_file_outside_its_folder(home: Path, elsewhere: str) -> None:
    ours = publish()
    (home / "warehouse-000000009-2026-01-01.duckdb").write_bytes(ours.path.read_bytes())
    (home / "snapshots" / POINTER).write_text(json.dumps({"file": elsewhere.format(str(home)[1:]), "version": 9}))
    assert newest_snapshot(home / "snapshots") == ours


def test_a_link_among_the_snapshots_is_ignored(home: Path) -> None:
    ours = publish()
    planted = home / "snapshots" / "warehouse-000000009-2026-01-01.duckdb"
    planted.symlink_to(ours.path)
    (home / "snapshots" / POINTER).write_text(json.dumps({"file": planted.name, "version": 9}))
    assert newest_snapshot(home / "snapshots") == ours
    with reading() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1000,)]


def test_a_snapshot_with_an_impossible_date_in_its_name_is_ignored(home: Path) -> None:
    ours = publish()
    (home / "snapshots" / "warehouse-000000009-2026-99-99.duckdb").touch()
    assert snapshots.kept_snapshots(home / "snapshots") == [ours]
