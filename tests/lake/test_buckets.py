"""Tests of a lake whose files are in an S3 bucket, of a local server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.lake.conftest import REQUIRED
from tests.lake.numbers import land, numbers_of, publish_now
from warehouse.connection import configured_warehouse, writing
from warehouse.errors import LakeUnavailable
from warehouse.lake import LakeWarehouse
from warehouse.lake_engine import forget_engine


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[str]:
    """Start an S3 server with one bucket and return its address."""
    if not os.environ.get(REQUIRED):
        pytest.importorskip("moto", reason="moto, the S3 server of gb-renewables[lake-dev], is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (tmp_path / "moto.log").open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "-p", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        ready_by = time.monotonic() + 60
        while True:
            try:
                assert httpx.put(f"{address}/gb-bucket", timeout=20).status_code == 200
                break
            except httpx.ConnectError:
                assert time.monotonic() < ready_by
                assert server.poll() is None
        yield address
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def bucket_lake(
    postgres_database: str,
    bucket: str,
    home: Path,  # noqa: ARG001 (sets the home first)
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[LakeWarehouse]:
    """Configure a lake with its catalogue in PostgreSQL and its files in the bucket."""
    monkeypatch.setenv("WAREHOUSE", f"ducklake:postgres:{postgres_database}")
    monkeypatch.setenv("WAREHOUSE_DATA", "s3://gb-bucket/lake")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket)
    warehouse = configured_warehouse()
    assert isinstance(warehouse, LakeWarehouse)
    yield warehouse
    forget_engine(warehouse.address, warehouse.data)


def test_a_lake_in_a_bucket_lands_publishes_compacts_and_exports(bucket_lake: LakeWarehouse, home: Path) -> None:
    land(*range(1500))
    first = publish_now()
    land(1500)
    publish_now()
    assert bucket_lake.maintain()["rows_moved_to_files"] >= 1
    assert numbers_of(first.version) == list(range(1500))
    assert numbers_of() == list(range(1501))
    assert numbers_of(locked_down=True) == list(range(1501))
    assert bucket_lake.condition().is_sound
    assert not (home / "lake").exists()


def test_a_bucket_without_keys_is_named_with_the_settings_that_give_them(
    postgres_database: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", f"ducklake:postgres:{postgres_database}")
    monkeypatch.setenv("WAREHOUSE_DATA", "s3://gb-bucket/lake")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "none"))
    with pytest.raises(LakeUnavailable, match="set AWS_ACCESS_KEY_ID"), writing():
        pass
