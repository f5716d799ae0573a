"""A finding of `renewables doctor`: what was looked at, in which state it is, and what to do about it."""

from dataclasses import dataclass

from warehouse.redaction import redacted

OK, OFF, WARNING, BROKEN = "ok", "off", "warning", "BROKEN"
"""`off`: switched off by a setting or by hand, so nothing is wrong; it is named because people forget it."""


@dataclass(frozen=True)
class Finding:
    """One line, without secrets. `fix` is what helps, or empty."""

    state: str
    what: str
    found: str
    fix: str = ""

    def __post_init__(self) -> None:
        """Take secrets out here, so that no examination has to think of it."""
        for name in ("found", "fix"):
            object.__setattr__(self, name, redacted(getattr(self, name)))
