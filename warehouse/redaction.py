"""Secrets in texts: every message, log line, metadata entry and stored error passes through `redacted`.

Belongs here: what counts as a secret, and turning a text into one harmless line. Not here: addresses that are still
used for requests (`addresses.py`).
"""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit

HIDDEN = "…"
SHORTEST_SECRET = 5
"The length below which a value is hidden only where its context marks it: hiding every `pw` would garble texts."
SHORTEST_TOKEN = 12
"The length from which a part of a webhook's path counts as secret; `services` is shorter."
SECRET_SETTINGS = ("slack_webhook_url", "ledger_url", "chat_api_key")
"The settings of which only the fact that they are set is shown."
ADDRESS_SETTINGS = (
    *("elexon_base_url", "repd_url", "tec_url", "chat_base_url", "dagster_url", "dashboard_url", "ledger_url"),
)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
KEYS = ("OPENAI_API_KEY", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"The variables that other libraries read and whose complete value is a secret."

_NAME = r"[\w.-]*(?:token|secret|api[_-]?key|passw(?:or)?d|passwd|pwd|passphrase|signature|credential)[\w.-]*"
_PATTERNS = [
    (re.compile(r"\bgbr_[\w-]{8,}"), HIDDEN),  # access tokens of the ledger
    (re.compile(r"(?<=://)[^\s/?#'\"<>]*@"), f"{HIDDEN}@"),
    (re.compile(r"(hooks\.slack(?:-gov)?\.com/[a-z]+/)[\w/-]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"([?&;](?:key|sig|auth|code|jwt|session)=)[^&;\s#'\"<>]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(rf"\b({_NAME}=)(?:'[^']*'|\"[^\"]*\"|[^&;\s#'\"<>,)]+)", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(rf"([\"']{_NAME}[\"']\s*:\s*)(?:'[^']*'|\"[^\"]*\")", re.IGNORECASE), rf'\1"{HIDDEN}"'),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(?:sk|xox[a-z])-[\w-]{8,}"), HIDDEN),
]
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"Line breaks, terminal control characters, and characters that reverse the direction of the text."


def redacted(text: str) -> str:
    """Return the text without the settings' secrets and without anything that its context marks as a secret."""
    for secret in _known_secrets():
        text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def log_line(text: str) -> str:
    """Return the text redacted and on one line, so that nobody can inject a second line into a log."""
    return _NOT_IN_A_LINE.sub(" ", redacted(text)).strip()


def _known_secrets() -> list[str]:
    """Return the secrets in the settings and in the proxy addresses, longest first."""
    names = [name for proxy in PROXIES for name in (proxy, proxy.lower())]
    addresses = {os.environ.get(name, "") for name in names}
    keys = {os.environ.get(name, "") for name in KEYS}
    # Every command imports the errors, which import this module; only printing needs the settings.
    from pydantic import SecretStr, ValidationError
    from pydantic_settings import SettingsError

    from warehouse.errors import SettingsUnreadable
    from warehouse.settings import Settings

    try:
        settings = Settings()
        set_by_a_person = settings.model_fields_set.intersection(ADDRESS_SETTINGS)  # a default holds no secret
        addresses |= {str(getattr(settings, name) or "") for name in set_by_a_person}
        webhook, key = settings.slack_webhook_url or "", settings.chat_api_key or SecretStr("")
        keys.add(key.get_secret_value())
    except (ValidationError, SettingsError, SettingsUnreadable):  # these are the settings that the message may be about
        addresses |= {os.environ.get(name.upper(), "") for name in ADDRESS_SETTINGS}
        webhook = os.environ.get("SLACK_WEBHOOK_URL", "")
        keys.add(os.environ.get("CHAT_API_KEY", ""))
    return _secrets_in(frozenset(addresses - {""}), frozenset(keys), webhook)


@lru_cache(maxsize=8)
def _secrets_in(addresses: frozenset[str], keys: frozenset[str], webhook: str) -> list[str]:
    secrets = {key for key in keys if len(key) >= SHORTEST_SECRET}
    for address in addresses:
        secrets |= {secret for secret in _of_address(address) if len(secret) >= SHORTEST_SECRET}
    if webhook:
        path = webhook.partition("://")[2].partition("/")[2]
        secrets |= {webhook, *(part for part in re.split(r"[/?&=]", path) if len(part) >= SHORTEST_TOKEN)}
        secrets |= {path} if len(path) >= SHORTEST_SECRET else set()
    return sorted(secrets, key=len, reverse=True)


def _of_address(address: str) -> Iterator[str]:
    """Yield the password and the query values of an address, both encoded and decoded."""
    user_info = address.partition("://")[2].rpartition("@")[0] or address.rpartition("@")[0]
    password = user_info.partition(":")[2] or user_info
    try:
        values = [value for _, value in parse_qsl(urlsplit(address).query)]
    except ValueError:
        values = []
    # An unquoted @ or / in a password makes its rest part of the host or the path, which errors quote.
    for value in (password, *re.split(r"[@/?#]", password), *values):
        yield from (value, unquote(value), quote(value, safe=""))
