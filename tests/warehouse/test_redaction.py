"""Tests that no secret of the settings is in a text that is shown, logged or stored."""

import pytest
from pydantic import ValidationError

from warehouse.addresses import endpoint_of
from warehouse.redaction import log_line, redacted
from warehouse.settings import Settings

SECRETS = {
    "ELEXON_BASE_URL": "https://joe:hunter22@mirror.example/api?apikey=abcdef123",
    "LEDGER_URL": "postgresql://u:p@ss/w%C3%B6rd@db.example:5432/x",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T000/B000/abcdefGHIJKLmnop",
    "CHAT_API_KEY": "a-very-secret-key",
    "HTTPS_PROXY": "http://pu:proxypass@proxy.example:3128",
}


@pytest.fixture(autouse=True)
def _secret_settings(home: object, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (sets the home first)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SECRETS['ELEXON_BASE_URL']} failed", "https://…@mirror.example/api?apikey=… failed"),
        ("the server says: hunter22 is wrong", "the server says: … is wrong"),
        ("no key abcdef123 here", "no key … here"),
        ('could not find host "pu:proxypass@proxy.example"', 'could not find host "pu:…@proxy.example"'),
        ("fatal: p@ss/wörd", "fatal: …"),
        (SECRETS["SLACK_WEBHOOK_URL"], "…"),
        ("POST /services/T000/B000/abcdefGHIJKLmnop", "POST /…"),
        ("Incorrect API key provided: a-very-secret-key.", "Incorrect API key provided: …."),
        ("sqlite:////home/ana/ledger.sqlite", "sqlite:////home/ana/ledger.sqlite"),
    ],
)
def test_secrets_of_the_settings_are_hidden_wherever_they_appear(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a:b@host/x", "https://…@host/x"),
        ("https://token@host/x", "https://…@host/x"),
        ("GET /x?key=1&from=2&access_token=abc", "GET /x?key=…&from=2&access_token=…"),
        ("host=db password=abc user=x", "host=db password=… user=x"),
        ("Authorization: Bearer abcdefghijk", "Authorization: Bearer …"),
        ("sk-abcdefghijkl", "…"),
        ('{"api_key": "zzz"}', '{"api_key": "…"}'),
        ("https://hooks.slack.com/services/T1/B1/xyz", "https://hooks.slack.com/services/…"),
        ("password authentication failed for user ana", "password authentication failed for user ana"),
        ("see https://host/@ana, tokens: 3", "see https://host/@ana, tokens: 3"),
    ],
)
def test_values_in_places_where_secrets_usually_appear_are_hidden(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_an_error_about_invalid_settings_does_not_reveal_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "joe:hunter22@mirror.example")
    with pytest.raises(ValidationError) as error:
        Settings()
    assert "hunter22" not in str(error.value)
    assert redacted("joe:hunter22@mirror.example") == "joe:…@mirror.example"


def test_printed_settings_do_not_reveal_the_ledger_url_or_the_webhook() -> None:
    assert not [part for part in ("w%C3%B6rd", "abcdefGHIJKLmnop", "a-very-secret-key") if part in repr(Settings())]


def test_an_address_is_separated_from_its_credentials() -> None:
    endpoint = endpoint_of("https://joe:hunter%202@mirror.example:8443/api/?apikey=a%26b")
    assert endpoint.url == "https://mirror.example:8443/api"
    assert (endpoint.auth, endpoint.parameters) == (("joe", "hunter 2"), (("apikey", "a&b"),))
    assert "hunter" not in repr(endpoint)


def test_a_log_line_has_no_line_breaks_and_no_terminal_control_characters() -> None:
    assert log_line("a\nb\r\nc\x1b[31m\u2028d\u202ee\t") == "a b c [31m d e"
