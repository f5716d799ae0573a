"""Tests of sign-in in a real browser, against a local OpenID provider: roles, expiry, sign-out, a forged cookie.

The roles are in the home's `.env`, which the running dashboard reads at each click.
"""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.ledger.submission import submit
from renewables.cli.up import dashboard_command
from tests.browsing import launched
from tests.processes import free_port

pytestmark = pytest.mark.slow
ROLES = "ROLE_ADMINS=ann@example.com\nROLE_EDITORS=ed@example.com\nROLE_VIEWERS=@example.com\nROLE_CLAIM=team.roles\n"
FORM = "project?id=fen&edit=record"
USERS: dict[str, dict[str, object]] = {
    "vic": {"email": "vic@example.com", "email_verified": True},
    "ed": {"email": "ed@example.com", "email_verified": True},
    "ann": {"email": "ann@example.com", "email_verified": True},
    "unverified": {"email": "ann@example.com", "email_verified": False},
    "stranger": {"email": "ann@elsewhere.example", "email_verified": True},
    "claimed": {"email": "cy@elsewhere.example", "email_verified": True, "team": {"roles": ["editor"]}},
}
COOKIE = "_streamlit_user"


@dataclass(frozen=True)
class Site:
    """The dashboard of a home with sign-in."""

    address: str
    home: Path
    engine: sa.Engine

    def set_roles(self, text: str) -> None:
        (self.home / ".env").write_text(text)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run the provider and the dashboard in processes of their own."""
    home, port, provider = tmp_path_factory.mktemp("home"), free_port(), f"http://127.0.0.1:{free_port()}"
    address, nowhere = f"http://127.0.0.1:{port}", "http://127.0.0.1:9"
    keys = 'client_id = "renewables"\nclient_secret = "a secret"\n'
    keys += f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
    (home / ".streamlit").mkdir()
    (home / ".streamlit" / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "{address}/oauth2callback"\ncookie_secret = "{secrets.token_urlsafe(32)}"\n'
        f"{keys}[auth.partners]\n{keys}"
    )
    settings = {"RENEWABLES_HOME": str(home), "RENEWABLES_ENV_FILES": "home"}
    settings |= {"DAGSTER_URL": nowhere, "ELEXON_BASE_URL": nowhere, "DASHBOARD_URL": address}
    serve = [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", provider.rpartition(":")[2]]
    with ExitStack() as stack:
        for command in (serve, dashboard_command(port)):
            process = subprocess.Popen(command, env={**os.environ, **settings}, cwd=home)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        client = stack.enter_context(httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=60))
        for name, claims in USERS.items():
            client.put(f"{provider}/users/{name}", json=claims).raise_for_status()
        client.get(f"{address}/_stcore/health").raise_for_status()
        engine = stack.enter_context(ledger_for_task(f"sqlite:///{home / 'ledger.sqlite'}"))
        project = Change.create("pipelines", {"name": "Fen", "rtb_date": "2028-06-30"}, id="fen")
        submit(engine, [project], actor=Actor.program("tests"), token="project")
        yield Site(address, home, engine)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    site.set_roles(ROLES)
    made = browser.new_context()
    made.set_default_timeout(30_000)
    yield made
    made.close()


def open_page(context: BrowserContext, site: Site, path: str = FORM) -> Page:
    page = context.new_page()
    page.goto(f"{site.address}/{path}")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    return page


def sign_in(context: BrowserContext, site: Site, name: str, *, button: str = "Sign in") -> Page:
    page = open_page(context, site, "about")
    main(page).get_by_role("button", name=re.compile(f"{button}$")).click()
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize", exact=True).click()
    expect(page.get_by_test_id("stSidebar").get_by_text(re.compile("Signed in as"))).to_be_visible()
    page.goto(f"{site.address}/{FORM}")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    return page


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def form(page: Page) -> Locator:
    return page.get_by_role("dialog")


def notes(page: Page) -> Locator:
    return form(page).get_by_role("textbox", name="Notes")


def expect_closed_door(page: Page, text: str) -> None:
    expect(main(page).get_by_text(text)).to_be_visible()
    expect(notes(page)).to_have_count(0)


def save_note(page: Page, text: str) -> None:
    notes(page).fill(text)
    form(page).get_by_role("textbox", name="Reason").click()  # the input is sent when it loses the focus
    page.get_by_role("button", name="Save").click()


def test_without_signing_in_no_page_is_shown(context: BrowserContext, site: Site) -> None:
    for path in (FORM, "overview", "transfer"):
        page = open_page(context, site, path)
        expect_closed_door(page, "Sign in to see this page.")
        page.close()


@pytest.mark.parametrize("name", ["ed", "claimed"])
def test_an_editor_saves_as_the_verified_address_and_cannot_type_a_name(
    context: BrowserContext, site: Site, name: str
) -> None:
    page, before = sign_in(context, site, name), reader.newest_position(site.engine)
    expect(page.get_by_role("textbox", name="Your name")).to_have_count(0)
    save_note(page, f"by {name}")
    expect(page.get_by_text("Saved.")).to_be_visible()
    (change,) = reader.changes_since(site.engine, before)
    assert (change.who, change.identity, change.after) == (USERS[name]["email"], "signed in", {"notes": f"by {name}"})
    page.goto(f"{site.address}/transfer")
    expect(page.get_by_role("heading", name="Import", exact=True)).to_be_visible()


def test_a_person_of_a_second_provider_signs_in_at_it(context: BrowserContext, site: Site) -> None:
    page = sign_in(context, site, "ed", button="Sign in with Partners")
    expect(page.get_by_role("button", name="Save")).to_be_enabled()


@pytest.mark.parametrize("name", ["vic", "unverified"])
def test_a_viewer_and_an_unverified_address_read_and_cannot_save(
    context: BrowserContext, site: Site, name: str
) -> None:
    site.set_roles(ROLES.replace("ROLE_VIEWERS=@example.com\n", ""))
    page = sign_in(context, site, name)
    expect(main(page).locator("h1", has_text="Fen")).to_be_visible()  # the page below the form has no roles
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    expect(form(page).get_by_text("only an editor or an admin can save changes").first).to_be_visible()
    page.goto(f"{site.address}/data_management")
    expect(page.get_by_role("button", name="Import 7 days")).to_be_disabled()


def test_a_person_without_a_role_sees_no_page(context: BrowserContext, site: Site) -> None:
    page = sign_in(context, site, "stranger")
    expect_closed_door(page, "which has no role here")


def test_a_role_that_is_taken_away_is_missed_at_the_next_click(context: BrowserContext, site: Site) -> None:
    page, before = sign_in(context, site, "ed"), reader.newest_position(site.engine)
    notes(page).fill("too late")
    site.set_roles(ROLES.replace("ROLE_EDITORS=ed@example.com\n", ""))
    page.get_by_role("button", name="Save").click()
    expect(form(page).get_by_text("only an editor or an admin can save changes").first).to_be_visible()
    assert reader.newest_position(site.engine) == before


def test_a_sign_in_ends_with_its_age_in_an_open_tab(context: BrowserContext, site: Site) -> None:
    page = sign_in(context, site, "ann")
    expect(page.get_by_role("button", name="Save")).to_be_enabled()
    site.set_roles(f"{ROLES}SIGN_IN_HOURS=0.0001\n")
    expect_closed_door(page, "Your sign-in has ended.")  # within the five seconds of the sidebar


def test_signing_out_ends_the_other_tabs_and_the_copies_of_the_cookie(
    context: BrowserContext, browser: Browser, site: Site
) -> None:
    page, other = sign_in(context, site, "ann"), open_page(context, site)
    expect(other.get_by_role("button", name="Save")).to_be_enabled()
    copied = context.cookies()
    form(page).get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Sign out").click()
    expect_closed_door(other, "Your sign-in has ended.")
    elsewhere = browser.new_context()
    elsewhere.add_cookies(copied)  # type: ignore[arg-type]  # what `cookies` returns has the keys of what it takes
    expect_closed_door(open_page(elsewhere, site), "Your sign-in has ended.")
    elsewhere.close()
    page.get_by_role("button", name="End session").click()
    expect_closed_door(page, "Sign in to see this page.")
    assert COOKIE not in {cookie["name"] for cookie in context.cookies()}
    sign_in(context, site, "ann")


def test_a_forged_cookie_signs_nobody_in(context: BrowserContext, browser: Browser, site: Site) -> None:
    sign_in(context, site, "vic")
    cookies = context.cookies()
    (genuine,) = (cookie for cookie in cookies if cookie["name"] == COOKIE)
    claims = {"is_logged_in": True, "email": "ann@example.com", "email_verified": True, "iat": 2_000_000_000}
    another_secret = URLSafeTimedSerializer("guessed").dumps(claims)
    value = genuine["value"]
    for forged in (another_secret, f"{value[:-4]}AAAA", f"A{value[1:]}"):
        other = browser.new_context()
        changed = [{**cookie, "value": forged} if cookie["name"] == COOKIE else cookie for cookie in cookies]
        other.add_cookies(changed)  # type: ignore[arg-type]  # as above
        expect_closed_door(open_page(other, site), "Sign in to see this page.")
        other.close()
