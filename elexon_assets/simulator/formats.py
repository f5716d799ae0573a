"""JSON, XML and CSV: which one a request wants, and answers of any shape as text.

Belongs here: media types and the general texts. Not here: the fast texts of the large datasets (`serialization.py`).
What Elexon's XML looks like is not established; here it follows the defaults of OpenAPI: an element has the name of its
field, and the elements of a list stand one after the other.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

import orjson
from starlette.requests import Request

JSON, XML, CSV = "json", "xml", "csv"
FORMATS = (JSON, XML, CSV)
MEDIA_TYPES = {
    "application/json": JSON,
    "text/json": JSON,
    "text/plain": JSON,
    "application/xml": XML,
    "text/xml": XML,
    "text/csv": CSV,
}
HALF_CHARACTER = "\\ud800"
"The half of a surrogate pair that the fault `half-character` writes; it must reach the client as such."


def wanted_media_type(request: Request, allowed: Sequence[str] = FORMATS) -> str:
    """Return the media type of the answer: by the parameter `format`, else by the header Accept, else JSON.

    Like ASP.NET, ignores an Accept header that takes anything, as browsers send.
    """
    media_types = [name for name, of_name in MEDIA_TYPES.items() if of_name in allowed]
    asked = [value.lower() for key, value in request.query_params.multi_items() if key.lower() == "format" and value]
    if asked and len(allowed) > 1:
        return next((name for name in media_types if MEDIA_TYPES[name] == asked[0]), media_types[0])
    accepted = [part.split(";") for part in request.headers.get("accept", "").split(",")]
    names = [name.strip().lower() for name, *_ in sorted(accepted, key=_accept_quality, reverse=True)]
    return next((name for name in names if name in media_types and "*/*" not in names), media_types[0])


def as_text(content: object, media_type: str, *, has_nan: bool = True) -> str:
    """Return the content of an answer, an array or an object with the array `data`, as text of the media type.

    Without NaN, for which orjson writes null, JSON is written by orjson: the standard library takes five times as long.
    """
    if MEDIA_TYPES[media_type] == XML:
        return xml_text(content)
    if MEDIA_TYPES[media_type] == CSV:
        return records_csv(content)
    text = json.dumps(content, separators=(",", ":")) if has_nan else orjson.dumps(content).decode()
    return text.replace(json.dumps(HALF_CHARACTER)[1:-1], HALF_CHARACTER)


def xml_text(content: object) -> str:
    """Return the content as XML."""
    root = ElementTree.Element("response")
    if isinstance(content, list):
        content = {"item": content}
    _append_elements(root, content)
    return '<?xml version="1.0" encoding="utf-8"?>' + ElementTree.tostring(root, encoding="unicode")


def records_csv(content: Any) -> str:
    """Return records as CSV with a Pascal-case header and CRLF, or plain values as one column without a header."""
    rows = content.get("data", [content]) if isinstance(content, dict) else content
    if rows and not isinstance(rows[0], dict):
        return csv_text([_cell_text(row)] for row in rows)
    names = [name[:1].upper() + name[1:] for name in rows[0]] if rows else []
    return csv_text([names, *([_cell_text(value) for value in row.values()] for row in rows)])


def csv_text(table: Iterable[Iterable[str]]) -> str:
    """Return the cells of a table as CSV with CRLF."""
    return "".join(",".join(cells) + "\r\n" for cells in table)


def _append_elements(parent: ElementTree.Element, content: object) -> None:
    if not isinstance(content, dict):
        parent.text = _cell_text(content)
        return
    for name, value in content.items():
        for each in value if isinstance(value, list) else [value]:
            _append_elements(ElementTree.SubElement(parent, name), each)


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _accept_quality(parts: Sequence[str]) -> float:
    """Return the q of one range of an Accept header."""
    for part in parts[1:]:
        name, _, value = part.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
