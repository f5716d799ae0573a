"""A finding of `renewables doctor`: what was checked, in which state it is, and how to fix it."""

from dataclasses import dataclass

from warehouse.redaction import redacted

OK, OFF, WARNING, BROKEN = "ok", "off", "warning", "BROKEN"
"The states of a finding. `off` means switched off by a setting or by hand: nothing is wrong, but people forget it."


@dataclass(frozen=True)
class Finding:
    """One line, without secrets. `fix` is the remedy, or ""."""

    state: str
    what: str
    found: str
    fix: str = ""

    def __post_init__(self) -> None:
        """Remove secrets here, so that no check has to do it."""
        for name in ("found", "fix"):
            object.__setattr__(self, name, redacted(getattr(self, name)))
