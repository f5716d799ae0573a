"""A finding of `renewables doctor`: what was looked at, in which state it is, and what to do about it."""

from dataclasses import dataclass

OK, OFF, WARNING, BROKEN = "ok", "off", "warning", "BROKEN"
"""`off`: switched off by a setting or by hand, so nothing is wrong; it is named because people forget it."""


@dataclass(frozen=True)
class Finding:
    """One line. `way_out` is what helps, or empty."""

    state: str
    what: str
    found: str
    way_out: str = ""
