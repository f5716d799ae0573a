"""A change that somebody submits is landed by the sensor of a running server, with nobody's help (scenario 18)."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submitting import submit
from pipeline_assets.sensors import landing_of_changes
from pipeline_assets.tables import landed_position
from tests.orchestration.conftest import Server, until
from warehouse.connection import reading
from warehouse.errors import WarehouseMissing

START = """mutation($sensor: SensorSelector!) { startSensor(sensorSelector: $sensor) {
  __typename ... on Sensor { sensorState { id status } } ... on PythonError { message } } }"""
STOP = "mutation($id: String!) { stopSensor(id: $id) { __typename ... on PythonError { message } } }"


@pytest.fixture
def landing_server(server: Server) -> Iterator[Server]:
    """The server of the session, whose sensors are off by default, with this one on."""
    sensor = {
        "repositoryName": "__repository__",
        "repositoryLocationName": "pipeline_assets",
        "sensorName": landing_of_changes.name,
    }
    state = asked(server, START, sensor=sensor)["startSensor"]["sensorState"]
    assert state["status"] == "RUNNING"
    yield server
    assert asked(server, STOP, id=state["id"])["stopSensor"]["__typename"] == "StopSensorMutationResult"


def asked(server: Server, query: str, **variables: Any) -> dict[str, Any]:
    url = f"{server.orchestrator.url}/graphql"
    answer = httpx.post(url, json={"query": query, "variables": variables}, timeout=30).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def contacts(server: Server) -> list[tuple[str, int]]:
    """Readers' names and versions."""
    try:
        with reading(server.settings.warehouse) as con:
            found = (
                con.execute("SELECT name, version FROM contacts ORDER BY name").fetchall()
                if landed_position(con)
                else []
            )
    except WarehouseMissing:
        found = []
    return [(name, version) for name, version in found]


@pytest.mark.timeout(180)
def test_what_is_submitted_while_the_server_runs_is_landed(landing_server: Server) -> None:
    with schema.using(f"sqlite:///{landing_server.home / 'ledger.sqlite'}") as engine:
        submit(engine, [Change.create("contacts", {"name": "Ada"}, id="a")], who="ada", token="1")
        submit(engine, [Change.edit("contacts", "a", {"name": "Ada L."}, base_version=1)], who="ada", token="2")
        until(lambda: contacts(landing_server) == [("Ada L.", 2)], "both changes are landed", seconds=120)
