"""The output of `--json` matches its published schema, and nothing wraps in a pipe."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from elexon_assets.datasets import DATASETS, OBSERVED
from renewables.formatting import json_value
from tests.filled_homes import Renewables

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS: dict[str, Any] = json.loads((ROOT / "docs" / "json-schemas.json").read_text(encoding="utf-8"))["$defs"]
SPAN = ("--start", "2024-03-29", "--end", "2024-04-02")
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


def check_document(command: str, printed: str) -> Any:
    """Return the document after validating it against the command's schema."""
    document = json.loads(printed)
    _validator(command).validate(document)
    return document


@cache
def _validator(command: str) -> jsonschema.protocols.Validator:
    """Return the validator of a command's schema, which is itself checked once: that takes half a second."""
    schema = {**SCHEMAS[command], "$defs": SCHEMAS}
    kind = jsonschema.validators.validator_for(schema)
    _check_schemas(kind)
    return kind(schema, format_checker=jsonschema.FormatChecker())


@cache
def _check_schemas(kind: type[jsonschema.protocols.Validator]) -> None:
    kind.check_schema({"$defs": SCHEMAS})


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("doctor",),
        ("quality",),
        ("quality", *SPAN),
        ("analyze", *SPAN),
        ("analyze", *SPAN, "--as-of", "2024-03-31", "--psr-type", "solar"),
        ("analyze", *SPAN, "--known-at", "2024-04-02"),
        ("analyze", *SPAN, "--dataset", "generation_by_fuel", "--exclude-flagged"),
        ("query", "FROM wind_and_solar LIMIT 3"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("warehouse")
def test_the_json_of_a_command_fits_its_schema(renewables: Renewables, arguments: tuple[str, ...]) -> None:
    check_document(arguments[0], renewables(*arguments, "--json").out)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--price", "system_price", "--start", "2024-03-31T08:00Z", "--end", "2024-03-31T09:00Z")],
    ids=str,
)
@pytest.mark.usefixtures("market")
def test_the_json_of_value_fits_its_schema(renewables: Renewables, arguments: tuple[str, ...]) -> None:
    document = check_document("value", renewables("value", *arguments, "--json").out)
    assert [row["technology"] for row in document["technologies"]][-1] == "Metered wind"


@pytest.mark.parametrize(
    "arguments", [(), ("--project", "store"), ("--project", "fen", "--price-year", "2021")], ids=str
)
@pytest.mark.usefixtures("years_on_record")
def test_the_json_of_yield_fits_its_schema(renewables: Renewables, arguments: tuple[str, ...]) -> None:
    document = check_document("yield", renewables("yield", *arguments, "--json").out)
    assert (document["total"] is None) == ("store" in arguments)


def test_the_json_of_unknown_series_and_of_a_quarantine_retry_fits_its_schema(
    simulator: Any, renewables: Renewables
) -> None:
    simulator.faults = "unknown-psr@2024-01-01T10:00Z,absurd@2024-01-01T11:00Z"
    renewables("fetch-range", "2024-01-01", "2024-01-01", "--quiet")
    for command in ("status", "quality"):
        named = check_document(command, renewables(command, "--json").out)["unknown_series"]
        assert {"HYDROGEN", "Energy storage", "Wind Floating"} <= {item["series"] for item in named}
        shown = renewables(command).out
        assert "HYDROGEN in generation by fuel (1 row since 1 Jan 2024)" in " ".join(shown.split())
    done = check_document("quarantine retry", renewables("quarantine", "retry", "--json").out)
    observed = {dataset.name for dataset in OBSERVED}
    assert sum(outcome["rows_kept"] for outcome in done if outcome["dataset"] in observed) == 2
    assert "1 rows in quarantine, 0 landed" in renewables("quarantine", "retry").out


@pytest.mark.usefixtures("home")
def test_the_status_of_an_empty_home_fits_the_schema_too(renewables: Renewables) -> None:
    assert check_document("status", renewables("status", "--json").out)["snapshot"] is None


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("fetch-range", ("2024-01-01", "2024-01-02")),
        ("fetch-year", (str(YESTERDAY.year), "--dataset", "installed_capacity")),
        ("repair", ("--days", "1", "--dataset", "wind_and_solar")),
    ],
)
@pytest.mark.usefixtures("simulator")
def test_the_json_of_a_fetch_fits_its_schema_and_is_the_only_output(
    renewables: Renewables, command: str, arguments: tuple[str, ...]
) -> None:
    document = check_document(command, renewables(command, *arguments, "--json").out)
    assert document["succeeded"]
    assert document["datasets"][0]["rows_landed"] > 0
    assert document["requests"][0]["end"] <= str(YESTERDAY)


def test_a_failed_fetch_is_reported_in_json_and_by_its_exit_code(simulator: Any, renewables: Renewables) -> None:
    simulator.faults = "status=400@2023-01-10"
    wind = ("--dataset", "wind_and_solar")
    outcome = renewables("fetch-range", "2023-01-08", "2023-01-12", *wind, "--json")
    document = check_document("fetch-range", outcome.out)
    assert (outcome.code, document["succeeded"]) == (1, False)
    assert document["failed_windows"][0]["dataset"] == "wind_and_solar"
    quiet = renewables("fetch-range", "2023-01-08", "2023-01-12", *wind, "--quiet")
    assert (quiet.code, quiet.out) == (1, "")
    assert "request" in quiet.err


@pytest.mark.usefixtures("simulator")
def test_a_quiet_fetch_prints_nothing_on_success(renewables: Renewables) -> None:
    outcome = renewables("fetch-range", "2024-01-01", "2024-01-01", "--dataset", "wind_and_solar", "--quiet")
    assert (outcome.code, outcome.out) == (0, "")
    assert "failed" not in outcome.err


@pytest.mark.parametrize("group", ["pipelines", "counterparties", "information-points", "milestones"])
def test_the_json_of_records_fits_its_schema(home: Path, renewables: Renewables, group: str) -> None:
    from pipeline_assets.access import Actor
    from pipeline_assets.ledger.saved_views import create_view
    from pipeline_assets.ledger.schema import open_ledger
    from pipeline_assets.seed_loader import load_seeds

    ledger = open_ledger()
    load_seeds(ledger)
    view = create_view(ledger, "todo", "Due", {"owner": ["Anna"]}, actor=Actor.typed("Anna"), is_shared=True)
    check_document("views list", renewables("views", "list", "--json").out)
    check_document("views show", renewables("views", "show", view.id, "--json").out)
    check_document("todo", renewables("todo", "--days", "3660", "--json").out)
    records = check_document(f"{group} list", renewables(group, "list", "--json").out)
    assert len(records) > 3
    check_document(f"{group} show", renewables(group, "show", records[0]["id"], "--json").out)
    changes = check_document(f"{group} history", renewables(group, "history", records[0]["id"], "--json").out)
    assert changes
    assert home


@pytest.mark.parametrize(
    ("group", "text", "options"),
    [
        ("counterparties", "name,contact_name,contact_roles\nHazel,Ann,CEO\n", ("--yes",)),
        ("pipelines", "name,stage,technology,capacity,developer\nFen,Design,Solar,5,New\nMoor,Dsgn,,,\n", ()),
        ("pipelines", "name,stage,technology,capacity,owner\nFen,Design,Solar,5,New\n", ("--make-counterparties",)),
        ("pipelines", "name,stage,rtb_date,developer\nFen,Design,2027-01-01,Hazel\n", ("--counterparties", "first")),
        ("information-points", "title,impact,likelihood,market,Colour\nFog,20,30,GB,red\nIce,0,1,,\n", ()),
        ("milestones", "milestone,project,forecast\nRTB,Nowhere,2027-01-01\n", ()),
    ],
)
def test_the_json_of_an_import_fits_its_schema(
    home: Path, renewables: Renewables, group: str, text: str, options: tuple[str, ...]
) -> None:
    file, companies = home / "rows.csv", home / "companies.csv"
    file.write_text(text)
    companies.write_text("name\nHazel\n")
    given = [str(companies) if option == "first" else option for option in options]
    document = check_document(f"{group} import", renewables(group, "import", str(file), *given, "--json").out)
    assert len(document["rows"]) == len(text.splitlines()) - 1
    assert (document["batch"] is not None) == ("--yes" in options)


def test_every_command_with_json_is_documented() -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert [command for command in SCHEMAS if f"`{command}`" not in page] == []


@pytest.mark.usefixtures("warehouse")
def test_output_to_a_pipe_is_not_wrapped() -> None:
    program = "import sys; from renewables.cli.main import app; app(sys.argv[1:])"
    sql = f"SELECT repeat('word ', 60) AS {'a' * 100}, repeat('x', 300) AS b, 1 AS c"
    done = subprocess.run(
        [sys.executable, "-c", program, "query", sql], capture_output=True, text=True, check=True, env=_environment()
    )
    lines = done.stdout.strip().splitlines()
    assert len(lines) == 3
    assert "x" * 300 in lines[-1]


def _environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name != "COLUMNS"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["analyze", "--dataset", ""], {"wind_and_solar", "generation_by_fuel"}),
        (["fetch-range", "--dataset", ""], {dataset.name for dataset in DATASETS}),
        (["analyze", "--psr-type", "sol"], {"solar"}),
        (["export", "--psr-type", "W"], {"Wind-Onshore", "Wind-Offshore"}),
        (["analyze", "--dataset", "generation_by_fuel", "--psr-type", "n"], {"npshyd", "nuclear"}),
    ],
)
@pytest.mark.usefixtures("home")
def test_datasets_and_categories_complete_in_the_shell(arguments: list[str], expected: set[str]) -> None:
    words = " ".join(["renewables", *arguments])
    shell = {"_RENEWABLES_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": words}
    script = Path(sys.executable).with_name("renewables")
    done = subprocess.run([script], capture_output=True, text=True, check=False, env={**_environment(), **shell})
    assert set(re.findall(r'"([^"]+)"', done.stdout)) == expected


def test_numbers_of_any_kind_are_numbers_in_json() -> None:
    from decimal import Decimal

    values = [Decimal(3), Decimal("1.25"), 2**100, Decimal("NaN"), float("inf"), timedelta(minutes=1), b"\x01\xff"]
    assert json_value(values) == [3, 1.25, 2**100, None, None, 60.0, "01ff"]
