"""What the claims of an identity provider say about a person: the verified address, the role, the end of the sign-in.

Belongs here: plain functions of claims and settings. Not here: where the claims come from
(`dashboards/components/sign_in.py`), what a role may do (`access.py`).
"""

from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline_assets.access import Actor, Identity, Role
from warehouse.setting_types import EVERYONE
from warehouse.settings import Settings

VISITOR = Actor("", Identity.SIGNED_IN)
"A person who has not signed in, where sign-in is set up."


def actor_of_claims(claims: Mapping[str, Any], settings: Settings, *, signed_out_at: float | None = None) -> Actor:
    """Return the person of a sign-in.

    A person whose address the provider has not verified is a viewer at most. `signed_out_at` is when the newest
    sign-in began that the person has ended (seconds since 1970, by the provider's clock): it and earlier ones are over.
    """
    issued_at = claims.get("iat")
    if not claims.get("is_logged_in") or not isinstance(issued_at, int | float):
        return VISITOR
    address = verified_address(claims, settings)
    name = address or str(claims.get("email") or claims.get("name") or claims.get("sub") or "somebody")
    is_over = signed_out_at is not None and issued_at <= signed_out_at
    hours = timedelta(0) if is_over else timedelta(hours=settings.sign_in_hours)
    began_utc = datetime.fromtimestamp(0 if is_over else issued_at, UTC)
    return Actor(name, Identity.SIGNED_IN, role_of_claims(claims, settings), began_utc + hours)


def verified_address(claims: Mapping[str, Any], settings: Settings) -> str:
    """Return the e-mail address in lower case, or "" unless a claim of EMAIL_VERIFIED_CLAIMS confirms it."""
    address = str(claims.get("email") or "").strip().lower()
    is_verified = any(_confirms(_value_of(claims, name), address) for name in settings.email_verified_claims)
    return address if is_verified else ""


def role_of_claims(claims: Mapping[str, Any], settings: Settings) -> Role | None:
    """Return the highest role that the claims or the settings give, or None."""
    address = verified_address(claims, settings)
    if address:
        named = _claimed_roles(claims, settings.role_claim)
        if Role.ADMIN in named or _is_listed(address, settings.role_admins):
            return Role.ADMIN
        if Role.EDITOR in named or _is_listed(address, settings.role_editors):
            return Role.EDITOR
        if Role.VIEWER in named or _is_listed(address, settings.role_viewers):
            return Role.VIEWER
    return Role.VIEWER if EVERYONE in settings.role_viewers else None


def subject_of(claims: Mapping[str, Any]) -> str:
    """Return what identifies the person: the provider and its name for the person, which never changes."""
    return f"{claims.get('iss', '')} {claims.get('sub', '')}"


def _is_listed(address: str, people: Set[str]) -> bool:
    return address in people or f"@{address.rpartition('@')[2]}" in people


def _confirms(value: object, address: str) -> bool:
    """Return whether the value of a claim is true, or the address itself, or a list with the address."""
    texts = value if isinstance(value, list) else [value]
    return value is True or any(isinstance(text, str) and text.lower() in ("true", "1", address) for text in texts)


def _claimed_roles(claims: Mapping[str, Any], path: str | None) -> set[str]:
    """Return the words of the claim, in lower case; the claim may hold one word, several with blanks, or a list."""
    value = _value_of(claims, path) if path else None
    words = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return {word.lower() for word in words if isinstance(word, str)}


def _value_of(claims: Mapping[str, Any], path: str) -> object:
    """Return the value of a claim, or of a part of one such as `realm_access.roles`, or None."""
    if path in claims:  # names such as https://example.com/roles have dots of their own
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
