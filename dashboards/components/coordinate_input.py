"""One input for latitude and longitude in forms, with the offer to swap them.

Belongs here: drawing and reading that input. Not here: other fields (`forms.py`), reading the text
(`pipeline_assets/coordinates.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pipeline_assets.coordinates import EXAMPLE, coordinates_text, look_swapped, parse_coordinates, swap_offer
from pipeline_assets.errors import Problem, UnreadableValue

FIELDS = ("latitude", "longitude")
SWAPPED = "coordinates"
"The field of the problem that offers to swap; the input itself is not a field of a record."


def has_coordinates(shown: Sequence[str]) -> bool:
    """Return whether a form asks for both coordinates, which are then one input."""
    return set(FIELDS) <= set(shown)


def render_coordinates(key: str, values: Mapping[str, Any], *, offers_swap: bool) -> None:
    """Draw the input with `values`, and the box that swaps them where they seem to be swapped."""
    st.text_input(
        "Coordinates",
        _text_of(values),
        key=key,
        placeholder=EXAMPLE,
        help=f"Latitude and longitude in degrees, as copied from a map: {EXAMPLE}.",
        autocomplete="off",
    )
    if offers_swap:
        st.checkbox("Swap latitude and longitude", value=True, key=_swap_key(key))


def collect_coordinates(key: str) -> dict[str, Any]:
    """Return both fields; a text that is no coordinates stays as the latitude, which the ledger refuses."""
    text = str(st.session_state.get(key) or "").strip()
    if not text:
        return dict.fromkeys(FIELDS)
    try:
        latitude, longitude = parse_coordinates(text)
    except UnreadableValue:
        return {"latitude": text, "longitude": None}
    swaps = st.session_state.get(_swap_key(key), False)
    return dict(zip(FIELDS, (longitude, latitude) if swaps else (latitude, longitude), strict=True))


def swap_problem(kind: str, id: str, key: str, typed: Mapping[str, Any], before: Mapping[str, Any]) -> Problem | None:
    """Return the problem that offers to swap new coordinates; None once the person has seen the offer."""
    values = [typed[name] for name in FIELDS]
    if _swap_key(key) in st.session_state or not all(isinstance(value, float) for value in values):
        return None
    if values == [before.get(name) for name in FIELDS] or not look_swapped(*values):
        return None
    return Problem(kind, id, SWAPPED, swap_offer(*values))


def problem_text(problem: Problem, typed: Mapping[str, Any]) -> str:
    """Return the message at the input; that of an unreadable text says what to write."""
    text = typed.get("latitude")
    if not isinstance(text, str):
        return problem.message
    try:
        parse_coordinates(text)
    except UnreadableValue as error:
        return str(error)
    return problem.message


def _text_of(values: Mapping[str, Any]) -> str:
    latitude, longitude = (values.get(name) for name in FIELDS)
    if isinstance(latitude, str):
        return latitude
    return "" if latitude is None or longitude is None else coordinates_text(latitude, longitude)


def _swap_key(key: str) -> str:
    return f"{key} swap"
