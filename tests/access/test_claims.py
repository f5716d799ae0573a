"""Tests of what the claims of an identity provider and the settings say about a person."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Role, roles_are_on
from pipeline_assets.ledger.sign_outs import end_sign_ins, newest_ended_sign_in
from pipeline_assets.sign_in_claims import VISITOR, actor_of_claims, role_of_claims, subject_of
from warehouse.settings import Settings

pytestmark = pytest.mark.usefixtures("home")
ANN: dict[str, Any] = {"is_logged_in": True, "email": "Ann@Example.com", "email_verified": True, "sub": "1"}
NOW = datetime.now(UTC).timestamp()


@pytest.fixture(autouse=True)
def _roles(home: object, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (the home comes first)
    monkeypatch.setenv("ROLE_ADMINS", "ann@example.com")
    monkeypatch.setenv("ROLE_EDITORS", "@example.com, eve@elsewhere.example")
    monkeypatch.setenv("ROLE_VIEWERS", "@readers.example")
    monkeypatch.setenv("ROLE_CLAIM", "realm.roles")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({}, Role.ADMIN),
        ({"email_verified": "true"}, Role.ADMIN),
        ({"email": "ed@example.com"}, Role.EDITOR),
        ({"email": "eve@elsewhere.example"}, Role.EDITOR),
        ({"email": "vic@readers.example"}, Role.VIEWER),
        ({"email": "x@elsewhere.example"}, None),
        ({"email": "ann@example.com.elsewhere.example"}, None),
        ({"email": "x@elsewhere.example", "realm": {"roles": ["Editor", 3]}}, Role.EDITOR),
        ({"email": "x@elsewhere.example", "realm.roles": "other admin"}, Role.ADMIN),
        ({"email": "x@elsewhere.example", "realm": "admin"}, None),
        ({"email_verified": False}, None),
        ({"email_verified": False, "realm": {"roles": ["admin"]}}, None),
        ({"email_verified": 1}, None),
        ({"email_verified": None}, None),
        ({"email": None}, None),
    ],
)
def test_the_role_is_the_highest_that_a_verified_address_or_the_claim_gives(
    claims: dict[str, Any], role: Role | None
) -> None:
    assert role_of_claims(ANN | claims, Settings()) == role


@pytest.mark.parametrize(
    ("claims", "is_verified"),
    [
        ({"xms_edov": True}, True),
        ({"xms_edov": "1"}, True),
        ({"verified_primary_email": ["ann@example.com"]}, True),
        ({"account": {"upn": "ANN@example.com"}}, True),
        ({"xms_edov": False}, False),
        ({"verified_primary_email": ["eve@example.com"]}, False),
        ({"account": {"upn": "ann@example.com.elsewhere.example"}}, False),
        ({"email_verified": True}, False),
        ({"email": "", "verified_primary_email": [""]}, False),
    ],
)
def test_the_setting_names_the_claims_of_which_one_confirms_the_address(
    claims: dict[str, Any], is_verified: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_VERIFIED_CLAIMS", "xms_edov, verified_primary_email, account.upn")
    unverified = {name: value for name, value in ANN.items() if name != "email_verified"}
    role = role_of_claims(unverified | claims, Settings())
    assert role == (Role.ADMIN if is_verified else None)


def test_without_the_setting_no_other_claim_confirms_an_address() -> None:
    claims = ANN | {"email_verified": None, "xms_edov": True, "upn": "ann@example.com"}
    assert role_of_claims(claims, Settings()) is None


def test_everyone_who_signs_in_is_a_viewer_unless_viewers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLE_VIEWERS")
    for claims in ({"email": "x@elsewhere.example"}, {"email_verified": False}):
        assert role_of_claims(ANN | claims, Settings()) is Role.VIEWER


def test_a_sign_in_lasts_as_long_as_the_setting_from_when_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGN_IN_HOURS", "2")
    fresh = actor_of_claims({**ANN, "iat": NOW - 7_000}, Settings())
    old = actor_of_claims({**ANN, "iat": NOW - 7_300}, Settings())
    assert (fresh.name, fresh.refusal(Role.ADMIN, "do it")) == ("ann@example.com", None)
    assert "sign-in has ended" in (old.refusal(Role.VIEWER, "read") or "")


@pytest.mark.parametrize("claims", [{"is_logged_in": False}, {"iat": None}, {"iat": "soon"}, {"iat": []}])
def test_claims_without_a_sign_in_or_without_its_time_are_those_of_a_visitor(claims: dict[str, Any]) -> None:
    assert actor_of_claims({**ANN, "iat": time(), **claims}, Settings()) == VISITOR


def test_signing_out_ends_this_sign_in_and_earlier_ones_but_no_later_one(engine: sa.Engine) -> None:
    subject = subject_of({**ANN, "iss": "https://id.example"})
    assert newest_ended_sign_in(engine, subject) is None
    end_sign_ins(engine, subject, NOW)
    end_sign_ins(engine, subject, NOW - 60)  # an older tab signs out later
    ended = newest_ended_sign_in(engine, subject)
    refusals = [
        actor_of_claims({**ANN, "iat": at}, Settings(), signed_out_at=ended).refusal(Role.VIEWER, "read") is not None
        for at in (NOW - 60, NOW, NOW + 1)
    ]
    assert refusals == [True, True, False]
    assert newest_ended_sign_in(engine, subject_of({**ANN, "iss": "https://another.example"})) is None


@pytest.mark.parametrize(
    ("name", "value", "are_on"),
    [
        ("ROLE_ADMINS", "ann@example.com", True),
        ("ROLE_EDITORS", "@example.com", True),
        ("ROLE_CLAIM", "roles", True),
        ("ROLE_VIEWERS", "ann@example.com", False),
    ],
)
def test_roles_are_on_once_somebody_can_have_more_than_to_read(
    name: str, value: str, are_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in ("ROLE_ADMINS", "ROLE_EDITORS", "ROLE_VIEWERS", "ROLE_CLAIM"):
        monkeypatch.delenv(setting)
    monkeypatch.setenv(name, value)
    assert roles_are_on(Settings()) == are_on


def test_an_entry_that_matches_nobody_is_an_invalid_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("ann", "*", "ann@example.com bob@example.com"):
        monkeypatch.setenv("ROLE_ADMINS", value)
        with pytest.raises(ValueError, match="neither an e-mail address nor a domain"):
            Settings()


def test_the_time_of_a_sign_in_may_be_ahead_of_our_clock() -> None:
    actor = actor_of_claims({**ANN, "iat": NOW + 300}, Settings())
    assert actor.valid_until_utc is not None
    assert actor.valid_until_utc > datetime.now(UTC) + timedelta(hours=12)
