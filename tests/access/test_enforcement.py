"""Tests that every function that submits to the ledger or launches a run refuses a person whose role is too low.

The table `SUBMITTERS` names them all: two tests compare it with the code, so that a new one cannot be forgotten.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from elexon_assets.datasets import WIND_AND_SOLAR
from pipeline_assets.access import Actor, Identity, Role
from pipeline_assets.errors import AccessRefused
from pipeline_assets.ledger import outbox, reader
from pipeline_assets.ledger.access_tokens import issue_token, revoke_token
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.saved_views import SavedView, change_view, create_view, delete_view, restore_view
from pipeline_assets.ledger.submission import revert, submit
from pipeline_assets.models import new_id
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.spreadsheets.import_plan import confirm_import, plan_import
from renewables.dagster_control.client import DagsterClient, Launched
from renewables.dagster_control.fetch_job import fetch_days
from renewables.dagster_control.gap_acceptance import GapDecision, carry_out, launch_decision
from renewables.dagster_control.in_process import materialize_days, run_job
from renewables.dagster_control.landing_now import land_now, run_now
from renewables.dagster_control.register_job import keep_file, run_and_wait, start_run
from warehouse.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ANA = Change.create("contacts", {"name": "Ana"}, id="ana")
DAY = date(2026, 1, 1)
DAGSTER = DagsterClient("http://127.0.0.1:9")
"A client that nothing answers: a call that is not refused ends with another error."
RUN = Launched("run", "1", "")
DECISION = GapDecision("wind_and_solar", DAY, "because")
VIEW = SavedView("a view", "projects", "Mine", "Ana", {}, 1, "Ana", datetime(2026, 1, 1, tzinfo=UTC))
ASKED: dict[str, Any] = {"requested_by": "a test"}


def _settings() -> dict[str, Any]:
    return {**ASKED, "settings": Settings()}


def _import(engine: sa.Engine, actor: Actor) -> object:
    return confirm_import(engine, plan_import(engine, "counterparties", b"name\nFen\n", "c.csv"), actor=actor)


def _fetch(_: sa.Engine, actor: Actor) -> object:
    return fetch_days([WIND_AND_SOLAR], DAY, DAY, actor=actor, watch=print, **_settings())


SUBMITTERS: dict[str, Callable[[sa.Engine, Actor], object]] = {
    "submission.submit": lambda engine, actor: submit(engine, [ANA], actor=actor, token=new_id()),
    "submission.revert": lambda engine, actor: revert(engine, "a batch", actor=actor, token=new_id()),
    "import_plan.confirm_import": _import,
    "saved_views.create_view": lambda engine, actor: create_view(
        engine, "projects", "Mine", {}, actor=actor, is_shared=False
    ),
    "saved_views.restore_view": lambda engine, actor: restore_view(engine, VIEW, actor=actor),
    "saved_views.change_view": lambda engine, actor: change_view(engine, VIEW, name="Ours", actor=actor),
    "saved_views.delete_view": lambda engine, actor: delete_view(engine, VIEW, actor=actor),
    "seed_loader.load_seeds": lambda engine, actor: load_seeds(engine, actor=actor),
    "outbox.try_again": lambda engine, actor: outbox.try_again(engine, ["1"], datetime.now(UTC), actor=actor),
    "client.launch": lambda _, actor: DAGSTER.launch([WIND_AND_SOLAR], DAY, DAY, actor=actor, **ASKED),
    "client.launch_backfill": lambda _, actor: DAGSTER.launch_backfill(
        [WIND_AND_SOLAR], DAY, DAY, actor=actor, **ASKED
    ),
    "client.launch_job": lambda _, actor: DAGSTER.launch_job("checks", actor=actor, **ASKED),
    "client.cancel": lambda _, actor: DAGSTER.cancel(RUN, actor=actor),
    "gap_acceptance.launch_decision": lambda _, actor: launch_decision(DAGSTER, DECISION, actor=actor, **ASKED),
    "gap_acceptance.carry_out": lambda _, actor: carry_out(DECISION, actor=actor, **_settings()),
    "fetch_job.fetch_days": _fetch,
    "in_process.materialize_days": lambda _, actor: materialize_days(
        [WIND_AND_SOLAR], DAY, DAY, actor=actor, **_settings()
    ),
    "in_process.run_job": lambda _, actor: run_job("pipeline_assets", "landing", actor=actor, **_settings()),
    "landing_now.land_now": lambda _, actor: land_now(Settings(), actor=actor, **ASKED),
    "landing_now.run_now": lambda _, actor: run_now(
        "pipeline_assets", "landing", actor=actor, failure="Failed", **_settings()
    ),
    "register_job.keep_file": lambda _, actor: keep_file(
        b"a", "repd.csv", "repd", None, actor=actor, settings=Settings()
    ),
    "register_job.run_and_wait": lambda _, actor: run_and_wait(fetches=False, actor=actor, **_settings()),
    "register_job.start_run": lambda _, actor: start_run(fetches=False, actor=actor, **_settings()),
    "access_tokens.issue_token": lambda engine, actor: issue_token(engine, "t", Role.VIEWER, days=1, actor=actor),
    "access_tokens.revoke_token": lambda engine, actor: revoke_token(engine, "t", actor=actor),
}
"Every public function below the pages that submits or launches, by module and name."

WITHOUT_A_PERSON = {
    "sign_outs.end_sign_ins": "a person ends only the own sign-in",
    "conditions.report_conditions": "Dagster's sensor stores what it saw of checks and schedules",
    "schema._make_tables": "creates and upgrades the tables when a ledger is opened",
    "outbox.put_notices": "notices about failed runs, from Dagster's sensors",
    "outbox.claim_next": "the sensor that delivers notices",
    "outbox._settle_claim": "the sensor that delivers notices",
    "process_identity._identity_from_ps": "asks the system about a process",
    "adhoc.run_sql": "reads the warehouse in a process that can write nothing",
    "workbook_process.read_workbook_safely": "reads an uploaded file in a process that can write nothing",
}
"The functions that write to the ledger or start a process without a person, each with the reason."

VIEWER = Actor("vic@example.com", Identity.SIGNED_IN, Role.VIEWER, datetime.now(UTC) + timedelta(hours=1))
EDITOR = replace(VIEWER, name="ed@example.com", role=Role.EDITOR)
ADMIN = replace(VIEWER, name="ann@example.com", role=Role.ADMIN)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TOO_LOW = {
    "a viewer": VIEWER,
    "a person without a role": replace(VIEWER, role=None),
    "a visitor": Actor("", Identity.SIGNED_IN),
    "an admin whose sign-in has ended": replace(ADMIN, valid_until_utc=LONG_AGO),
    "a viewer's token": replace(VIEWER, identity=Identity.TOKEN),
    "a typed name where roles are on": Actor("ann@example.com", Identity.UNVERIFIED),
}


ADMINS_FUNCTIONS = [name for name in SUBMITTERS if name.startswith(("register_job.", "access_tokens."))]


@pytest.mark.usefixtures("home")
def test_a_person_whose_role_is_too_low_can_neither_submit_nor_launch(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    """Registers and access tokens are an admin's; the other functions are an editor's."""
    monkeypatch.setenv("ROLE_ADMINS", "ann@example.com")
    for name, function in SUBMITTERS.items():
        for who, actor in TOO_LOW.items():
            with subtests.test(f"{name} of {who}"), pytest.raises(AccessRefused):
                function(engine, actor)
        if name in ADMINS_FUNCTIONS:
            with subtests.test(f"{name} of an editor"), pytest.raises(AccessRefused, match="only an admin can"):
                function(engine, EDITOR)
    assert reader.newest_position(engine) == 0
    assert not (Settings().renewables_home / "warehouse.duckdb").exists()


def test_only_an_admin_starts_the_job_of_the_registers() -> None:
    with pytest.raises(AccessRefused, match="only an admin can"):
        DAGSTER.launch_job("register_issues", actor=EDITOR, **ASKED)


@pytest.mark.parametrize("actor", [EDITOR, ADMIN, Actor.typed("Ana")], ids=["editor", "admin", "no sign-in"])
def test_an_editor_saves_and_the_change_says_how_the_name_was_established(engine: sa.Engine, actor: Actor) -> None:
    (change,) = submit(engine, [ANA], actor=actor, token="t").changes
    assert (change.who, change.identity) == (actor.name, actor.identity)
    assert reader.changes_since(engine) == [change]


def test_an_editor_reverts_own_batches_and_only_an_admin_those_of_others(engine: sa.Engine) -> None:
    batch = submit(engine, [ANA], actor=EDITOR, token="t").batch
    namesake = replace(EDITOR, identity=Identity.TOKEN)
    for other in (replace(EDITOR, name="eve@example.com"), namesake):
        for dry_run in (True, False):
            with pytest.raises(AccessRefused, match="only an admin can undo a batch of another author"):
                revert(engine, batch, actor=other, token="other", dry_run=dry_run)
    undone = revert(engine, batch, actor=EDITOR, token="own")
    assert revert(engine, undone.batch, actor=ADMIN, token="admin").changes


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("setting", ["ROLE_ADMINS", "ROLE_EDITORS", "ROLE_CLAIM"])
def test_a_typed_name_is_trusted_only_where_roles_are_off(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Actor.typed("ann").refusal(Role.ADMIN, "do it") is None
    monkeypatch.setenv(setting, "ann@example.com")
    assert "only people who have signed in" in str(Actor.typed("ann@example.com").refusal(Role.VIEWER, "do it"))


def test_a_typed_name_cannot_carry_the_mark_of_a_verified_one(engine: sa.Engine) -> None:
    with pytest.raises(AccessRefused, match="only verified authors have such a mark"):
        submit(engine, [ANA], actor=Actor.typed("ann@example.com (signed in)"), token="t")


def _functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield f"{path.stem}.{node.name}", node


def _functions_of(*packages: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _functions(path)


def _below_the_pages() -> Iterator[tuple[str, ast.FunctionDef]]:
    yield from _functions_of("pipeline_assets", "renewables")


def _takes_an_actor(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return any(argument.annotation and ast.unparse(argument.annotation) == "Actor" for argument in arguments)


def _writes(function: ast.FunctionDef) -> bool:
    """Return whether the function itself writes to the ledger or starts or ends a run of Dagster."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.lstrip().startswith("mutation")
        ):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("schema.writing", "writing") and "engine" in ast.unparse(node.args[0]):
                return True
            if called.endswith(".execute_in_process") or called == "subprocess.run":
                return True
    return False


def test_every_function_that_writes_takes_an_actor_and_asks_for_a_role_first() -> None:
    writers = {name: function for name, function in _below_the_pages() if _writes(function)}
    assert {"submission.submit", "client._launch_run", "client.cancel", "in_process._run_assets"} <= writers.keys()
    offenders = [
        name
        for name, function in writers.items()
        if name not in WITHOUT_A_PERSON
        and not (_takes_an_actor(function) and "actor.require(" in ast.unparse(function))
    ]
    assert offenders == []
    assert WITHOUT_A_PERSON.keys() <= writers.keys()


def test_the_table_of_functions_that_submit_or_launch_is_complete() -> None:
    public = {
        name
        for name, function in _below_the_pages()
        if _takes_an_actor(function) and not name.partition(".")[2].startswith("_")
    }
    assert public == SUBMITTERS.keys()


def test_no_page_or_command_acts_in_the_name_of_the_product_or_leaves_out_the_person() -> None:
    offenders = []
    names = {name.partition(".")[2] for name in SUBMITTERS}
    for path in [*(ROOT / "dashboards").rglob("*.py"), *(ROOT / "renewables" / "cli").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called == "Actor.program" and path.name != "demo.py":  # its home is its own, with invented records
                offenders.append(f"{path.name}:{node.lineno}")
            has_actor = any(keyword.arg == "actor" for keyword in node.keywords)
            if called.rpartition(".")[2] in names and not has_actor:
                offenders.append(f"{path.name}:{node.lineno}: {called}")
    assert offenders == []


def test_no_page_writes_or_starts_a_process_by_itself() -> None:
    assert [name for name, function in _functions_of("dashboards") if _writes(function)] == []


def test_no_page_or_command_writes_the_warehouse_but_two_commands() -> None:
    """Runs of Dagster write it. `quarantine retry` asks for a role; `restore` is for who administers the machine."""
    writers = {"warehouse.connection.writing", "warehouse.connection.publish", "warehouse.backups.restore"}
    of_elexon = ("accepted_gaps.accept_gap", "accepted_gaps.withdraw_gap", "quarantine.retry", "quality.flagging")
    importers = set()
    for path in [*(ROOT / "dashboards").rglob("*.py"), *(ROOT / "renewables").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                if names & writers or any(f"elexon_assets.{part}" in name for name in names for part in of_elexon):
                    importers.add(path.name)
    assert importers <= {"quarantine.py", "restore.py"}
