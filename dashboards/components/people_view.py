"""Companies and people with links that can be used: web address, e-mail, telephone.

Belongs here: links from what people typed. Not here: forms for contacts (`app_pages/counterparty.py`).
"""

from urllib.parse import quote, urlsplit

from dashboards.components.plain_text import plain
from pipeline_assets.ledger.changes import Record

_SAFE_IN_ADDRESS = "/?#@!$&'*+,;=:%~-._"
"What an address may have that ends neither the link nor its Markdown."


def web_address(text: str) -> str | None:
    """Return the address of a website as a link needs it, or None for a text that is none."""
    words = text.strip()
    if not words or any(character.isspace() for character in words):
        return None
    address = words if "://" in words else f"https://{words}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "." not in host.strip("."):
        return None
    return quote(address, safe=_SAFE_IN_ADDRESS)


def website_link(text: str) -> str:
    """Return Markdown with a link to a website, or the text itself where it is no address."""
    address = web_address(text)
    return plain(text) if address is None else f"[{plain(text)}]({address})"


def name_link(person: Record) -> str:
    """Return the name of a person as Markdown, a link to the e-mail if there is one."""
    name, email = plain(str(person.fields["name"])), str(person.fields["email"])
    return f"[{name}]({_mail_address(email)})" if email else name


def email_links(person: Record) -> list[str]:
    """Return the e-mail of a person as a Markdown link, or nothing."""
    email = str(person.fields["email"])
    return [f"[{plain(email)}]({_mail_address(email)})"] if email else []


def phone_links(person: Record) -> list[str]:
    """Return the telephone of a person as a Markdown link, or nothing."""
    phone = str(person.fields["phone"])
    digits = "".join(character for character in phone if character.isdigit() or character == "+")
    return [f"[{plain(phone)}](tel:{digits})" if digits else plain(phone)] if phone else []


def _mail_address(email: str) -> str:
    return f"mailto:{quote(email, safe='@')}"
