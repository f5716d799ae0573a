"""The files of docs/deploy: their commands exist, they agree with each other, and systemd accepts them."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster_shared.yaml_utils import load_yaml_from_path
from typer.testing import CliRunner

from renewables.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/opt/renewables/bin/renewables"


def yaml_of(path: Path) -> Any:
    return load_yaml_from_path(str(path))


def commands_of_units() -> Iterator[list[str]]:
    for unit in UNITS:
        for line in re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE):
            program, *arguments = shlex.split(line)
            assert program == PROGRAM
            yield arguments


def commands_of_containers() -> Iterator[list[str]]:
    assert f'ENTRYPOINT ["{PROGRAM}"]' in (DEPLOY / "Dockerfile").read_text()
    for service in yaml_of(DEPLOY / "compose.yaml")["services"].values():
        if service["image"] == "gb-renewables":
            yield service["command"]


def test_there_is_one_unit_and_one_container_for_each_part() -> None:
    parts = {"dashboard", "webserver", "daemon", "code-server elexon_assets", "code-server pipeline_assets"}
    for commands in (commands_of_units(), commands_of_containers()):
        started = [" ".join(command[1:3] if command[1] == "code-server" else command[1:2]) for command in commands]
        assert sorted(started) == sorted(parts)


@pytest.mark.parametrize("command", [*commands_of_units(), *commands_of_containers(), ["up"]], ids=" ".join)
def test_every_command_of_the_units_and_containers_exists_with_its_options(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0, result.output
    for option in (word for word in command if word.startswith("--")):
        assert option in result.output


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    mine = [line for line in (result.stdout + result.stderr).splitlines() if "renewables" in line]
    assert (mine, result.returncode) == ([], 0), result.stderr


def test_the_instance_of_a_team_is_the_shipped_one_with_its_records_in_postgresql() -> None:
    team = yaml_of(DEPLOY / "dagster.yaml")
    storage = team.pop("storage")["postgres"]["postgres_db"]
    assert team == yaml_of(ROOT / "dagster.yaml")
    assert storage["scheme"] == "postgresql+psycopg2"
    assert storage["password"] == ""


def test_the_workspace_names_the_containers_and_the_ports_of_the_code_servers() -> None:
    services = yaml_of(DEPLOY / "compose.yaml")["services"]
    addresses = {}
    for entry in yaml_of(DEPLOY / "workspace.yaml")["load_from"]:
        server = entry["grpc_server"]
        addresses[server["location_name"]] = str(server["port"])
        assert services[server["host"]]["command"][2] == server["location_name"]
    for commands in (commands_of_units(), commands_of_containers()):
        ports = {command[2]: command[-1] for command in commands if command[1] == "code-server"}
        assert ports == addresses
