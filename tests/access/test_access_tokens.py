"""Tests of access tokens: who issues them, what they allow, and how `renewables --token` uses them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipeline_assets.access import Actor, Identity, Role
from pipeline_assets.errors import AccessRefused, Refused
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.access_tokens import PREFIX, actor_of_token, issue_token, list_tokens, revoke_token
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from renewables.cli.main import app
from tests.renewables.test_json_output import check_document
from warehouse.redaction import redacted

ADMIN = Actor("ann@example.com", Identity.SIGNED_IN, Role.ADMIN, datetime.now(UTC) + timedelta(hours=1))
Run = Callable[..., tuple[int, str]]


def issue(engine: sa.Engine, role: Role, days: float = 1) -> str:
    return issue_token(engine, "nightly import", role, days=days, actor=ADMIN)


def test_a_token_acts_with_its_role_until_its_end_and_is_kept_only_as_a_digest(engine: sa.Engine) -> None:
    secret = issue(engine, Role.EDITOR)
    actor = actor_of_token(engine, secret)
    (token,) = list_tokens(engine)
    assert actor == Actor("nightly import for ann@example.com", Identity.TOKEN, Role.EDITOR, token.expires_at_utc)
    with schema.reading(engine) as con:
        (row,) = con.execute(sa.select(schema.access_tokens)).all()
    assert secret.removeprefix(PREFIX) not in str(row)
    (change,) = submit(engine, [Change.create("contacts", {"name": "Ana"})], actor=actor, token="t").changes
    assert (change.who, change.identity) == ("nightly import for ann@example.com", "token")


def test_an_expired_a_revoked_and_an_invented_token_are_refused(engine: sa.Engine) -> None:
    revoked = issue(engine, Role.ADMIN)
    revoke_token(engine, list_tokens(engine)[0].id, actor=ADMIN)
    for secret, state in {issue(engine, Role.ADMIN, 1e-12): "expired", revoked: "revoked", "gbr_x": "unknown"}.items():
        with pytest.raises(AccessRefused, match=f"The access token is {state}"):
            actor_of_token(engine, secret)
    assert sorted(token.state(datetime.now(UTC)) for token in list_tokens(engine)) == ["expired", "revoked"]


@pytest.mark.usefixtures("home")
def test_nobody_but_a_verified_admin_issues_a_token_also_before_roles_are_set_up(engine: sa.Engine) -> None:
    for actor in (Actor.typed("ann@example.com"), Actor.program("seed"), replace(ADMIN, role=Role.EDITOR)):
        with pytest.raises(AccessRefused):
            issue_token(engine, "t", Role.VIEWER, days=1, actor=actor)
    assert list_tokens(engine) == []


@pytest.mark.parametrize(("name", "days"), [("", 1), ("a\x00", 1), ("a" * 101, 1), ("a", 0), ("a", 367), ("a", -1)])
def test_a_token_needs_a_name_and_an_end(engine: sa.Engine, name: str, days: float) -> None:
    with pytest.raises(Refused):
        issue_token(engine, name, Role.VIEWER, days=days, actor=ADMIN)


def test_a_token_never_stands_in_a_message() -> None:
    assert "gbr_" not in redacted("no such option: gbr_abcdefghijklmnop-_1")


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command where roles are on, and returns its exit code and its output."""
    monkeypatch.setenv("ROLE_ADMINS", "ann@example.com")
    monkeypatch.setenv("DAGSTER_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9")
    (home / "people.csv").write_text("name\nFen\n")

    def run_command(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(arguments))
        return result.exit_code, result.output

    return run_command


WRITING = {
    "import": ("counterparties", "import", "people.csv", "--yes"),
    "revert": ("counterparties", "revert", "a-batch", "--yes"),
    "fetch": ("fetch-range", "2026-01-01", "2026-01-02"),
    "accept a gap": ("accept-gap", "wind_and_solar", "2026-01-01", "--reason", "why"),
    "withdraw a gap": ("withdraw-gap", "wind_and_solar", "2026-01-01", "--reason", "why"),
    "quarantine": ("quarantine", "retry"),
    "fetch the registers": ("registers", "fetch"),
    "registers": ("registers", "add", "people.csv", "--register", "repd"),
}


@pytest.mark.parametrize("command", WRITING)
def test_where_roles_are_on_a_command_that_writes_needs_more_than_a_viewers_token(
    run: Run, home: Path, command: str
) -> None:
    ledger = open_ledger()
    for token in ((), ("--token", issue(ledger, Role.VIEWER))):
        code, output = run(*token, *WRITING[command])
        assert code == 1, output
        assert ("only people who have signed in" if not token else "has the role viewer here") in output
    assert reader.newest_position(ledger) == 0
    assert not (home / "warehouse.duckdb").exists()
    ledger.dispose()


def test_an_editors_token_writes_as_the_token_and_no_other_author_can_be_typed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger()
    monkeypatch.setenv("RENEWABLES_TOKEN", issue(ledger, Role.EDITOR))
    code, output = run(*WRITING["import"], "--who", "ann@example.com")
    assert (code, "remove --who" in output) == (2, True)
    assert run(*WRITING["import"])[0] == 0
    assert {(change.who, change.identity) for change in reader.changes_since(ledger)} == {
        ("nightly import for ann@example.com", "token")
    }
    ledger.dispose()


def test_the_machines_user_issues_and_revokes_a_token_in_a_terminal(run: Run) -> None:
    ledger = open_ledger()
    code, secret = run("tokens", "issue", "nightly import", "--role", "editor", "--days", "30")
    assert code == 0
    actor = actor_of_token(ledger, secret.splitlines()[0])
    assert actor.role is Role.EDITOR
    assert actor.name.startswith("nightly import for the login ")
    assert secret.splitlines()[0] not in run("tokens", "list")[1]
    (listed,) = check_document("tokens list", run("tokens", "list", "--json")[1])
    assert (listed["name"], listed["role"], listed["state"]) == ("nightly import", "editor", "valid")
    assert run("tokens", "revoke", "nightly import")[0] == 0
    assert [token.state(datetime.now(UTC)) for token in list_tokens(ledger)] == ["revoked"]
    assert run("tokens", "revoke", "nightly import")[0] == 2
    ledger.dispose()


@pytest.mark.parametrize("command", [("issue", "t"), ("list",), ("revoke", "nightly import")])
def test_a_terminal_with_a_token_below_an_admins_manages_no_tokens(run: Run, command: tuple[str, ...]) -> None:
    ledger = open_ledger()
    code, output = run("--token", issue(ledger, Role.EDITOR), "tokens", *command)
    assert (code, "only an admin can issue or revoke" in output) == (1, True)
    assert len(list_tokens(ledger)) == 1
    ledger.dispose()


def test_a_terminal_issues_no_token_before_roles_are_set_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLE_ADMINS")
    code, output = run("tokens", "issue", "early")
    assert (code, "set ROLE_ADMINS first" in output) == (1, True)


def test_a_viewers_token_reads_and_does_not_administer_the_machine(run: Run) -> None:
    ledger = open_ledger()
    token = issue(ledger, Role.VIEWER)
    assert run("--token", token, "pipelines", "list")[0] == 0
    for command in ("up", "serve", "restore", "demo", "simulate"):
        code, output = run("--token", token, command)
        assert (code, "only an admin can run" in output) == (1, True)
    ledger.dispose()


def test_a_command_with_an_invalid_token_does_nothing(run: Run) -> None:
    code, output = run("--token", "gbr_invented", "pipelines", "list")
    assert (code, "The access token is unknown" in output) == (1, True)
