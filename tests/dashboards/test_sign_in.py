"""Tests of what pages say about sign-in and roles; a real sign-in is in `tests/access`."""

from datetime import UTC, datetime
from time import time

import pytest
import sqlalchemy as sa

from dashboards.components.sign_in import OPEN_TO_ALL
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.missing_days import last_closed_day
from pipeline_assets.ledger.access_tokens import actor_of_token, list_tokens
from pipeline_assets.ledger.reader import newest_position
from tests.dashboards.conftest import ADDRESSES, PAGES, Open, page_text
from tests.dashboards.test_pipeline_forms import press, put

VIEWER = {"is_logged_in": True, "email_verified": True, "email": "vic@example.com", "iat": time() + 600}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_without_sign_in_says_that_anyone_who_reaches_the_port_can_edit(open_page: Open, name: str) -> None:
    app = open_page(name, **ADDRESSES.get(name, {}))
    assert page_text(app).count(OPEN_TO_ALL) == 1


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("name", PAGES)
def test_no_page_shows_anything_to_a_visitor_where_sign_in_is_on(open_page: Open, name: str) -> None:
    app = open_page("about")
    app.user = {"is_logged_in": False}
    app.switch_page(f"app_pages/{name}.py")
    for key, value in ADDRESSES.get(name, {}).items():
        app.query_params[key] = value
    app.run()
    assert "Sign in to see this page." in page_text(app)
    assert OPEN_TO_ALL not in page_text(app)
    assert [button.label for button in app.button] == ["Sign in", "Sign in"]
    assert not app.dataframe


def test_roles_without_sign_in_let_nobody_in_and_say_how_to_fix_it(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLE_ADMINS", "ann@example.com")
    assert "Nobody can sign in" in [error.title for error in open_page("project").error]


def test_a_secret_that_could_be_guessed_lets_nobody_in(open_page: Open) -> None:
    app = open_page("about")
    app.secrets["auth"] = {"cookie_secret": "a long random text"}
    app.user = VIEWER
    assert "is too short" in page_text(app.run())


PROVIDER = {"client_id": "renewables", "client_secret": "secret", "server_metadata_url": "https://id.example"}
OF_ALL = {"redirect_uri": "https://renewables.example/oauth2callback", "cookie_secret": "x" * 32}


@pytest.mark.parametrize(
    ("section", "labels"),
    [
        (OF_ALL | PROVIDER, ["Sign in"]),
        (OF_ALL | {"microsoft": PROVIDER}, ["Sign in"]),
        (OF_ALL | {"microsoft": PROVIDER, "google": PROVIDER}, ["Sign in with Microsoft", "Sign in with Google"]),
        (OF_ALL | PROVIDER | {"client_kwargs": {}, "google": PROVIDER}, ["Sign in", "Sign in with Google"]),
    ],
)
def test_each_provider_of_the_section_auth_has_a_button(
    open_page: Open, section: dict[str, object], labels: list[str]
) -> None:
    app = open_page("about")
    app.secrets["auth"] = section
    app.user = {"is_logged_in": False}
    assert sorted(button.label for button in app.run().button) == sorted(2 * labels)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (OF_ALL, "The section [auth] of .streamlit/secrets.toml lacks client_id"),
        (PROVIDER | {"cookie_secret": "x" * 32}, "The section [auth] of .streamlit/secrets.toml lacks redirect_uri."),
        (
            OF_ALL | {"google": PROVIDER | {"client_id": ""}},
            "[auth.google] of .streamlit/secrets.toml lacks client_id.",
        ),
        (OF_ALL | {"my_id": PROVIDER}, "[auth.my_id] of .streamlit/secrets.toml has an underscore"),
    ],
)
def test_an_incomplete_provider_is_named_and_lets_nobody_in(
    open_page: Open, section: dict[str, object], sentence: str
) -> None:
    app = open_page("about")
    app.secrets["auth"] = section
    app.user = VIEWER
    (error,) = app.run().error
    assert sentence in error.value.replace("\\", "")


@pytest.mark.usefixtures("seeded")
def test_every_button_that_saves_or_starts_something_is_disabled_for_a_viewer(open_page: Open) -> None:
    app = open_page("about")
    app.user = VIEWER
    for name, words in {
        "project": {"Edit", "Archive", "Add facility"},
        "projects": {"New project"},
        "data_management": {"Import 7 days", f"Import {last_closed_day(WIND_AND_SOLAR).year}"},
    }.items():
        app.switch_page(f"app_pages/{name}.py")
        for key, value in ADDRESSES.get(name, {}).items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        shown = {button.label: button.disabled for button in app.button}
        assert {label: shown.get(label) for label in words} == dict.fromkeys(words, True)


def test_an_admin_issues_a_token_that_is_shown_once_and_revokes_it(
    engine: sa.Engine, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLE_ADMINS", "vic@example.com")
    app = open_page("about")
    app.user = VIEWER
    app.switch_page("app_pages/access.py")
    app.run()
    app.text_input(key="token name").set_value("nightly")
    next(button for button in app.button if button.label == "Issue token").click().run()
    secret = app.code[0].value
    assert actor_of_token(engine, secret).name == "nightly for vic@example.com"
    assert secret not in str(app.run().main)
    next(button for button in app.button if button.label == "Revoke").click().run()
    assert [token.state(datetime.now(UTC)) for token in list_tokens(engine)] == ["revoked"]
    assert not app.exception


def test_only_an_admin_sees_who_has_which_role_and_the_tokens(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLE_ADMINS", "ann@example.com")
    app = open_page("about")
    app.user = VIEWER
    app.switch_page("app_pages/access.py")
    app.run()
    assert "with the role **viewer**" in page_text(app)
    assert "ann@example.com" not in str(app.main)
    assert "Issue token" not in [button.label for button in app.button]


def test_a_typed_name_with_the_mark_of_a_verified_one_is_refused_and_can_be_corrected(
    seeded: sa.Engine, open_page: Open
) -> None:
    app = open_page("project", id="pr-harrowfen", edit="record")
    put(app, "Notes", "mine")
    put(app, "Your name", "ann@example.com (signed in)")
    press(app, "Save")
    assert "only verified authors have such a mark" in page_text(app)
    assert newest_position(seeded) == 483
    put(app, "Your name", "Ann")
    press(app, "Save")
    assert newest_position(seeded) == 484
