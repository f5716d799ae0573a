"""Why the ledger refuses something, each with what helps. One tree:

PipelineError
├── Refused            values, references or names that break a rule: one `Problem` a field
├── StaleVersion       somebody else changed the record meanwhile: with the difference
├── ContractBroken     what the ledger holds is not what the models allow: nothing of it lands
├── AnotherLedger      the warehouse was filled from a ledger other than the one that answers
├── UnreadableFile     what was given for an import is no table that could be read
├── UnreadableValue    a text is not the date, number or word that its field needs
└── LedgerUnavailable  the ledger's database cannot be reached, or a newer gb-renewables wrote it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.redaction import log_line


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of one record or, as a warning, what deserves a check."""

    kind: str
    id: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}, {self.field}: {self.message}"


@dataclass(frozen=True)
class Conflict:
    """A record that changed meanwhile.

    `theirs` holds the present values of the fields that changed since `based_on`; `yours` holds those that the change
    would set.
    """

    kind: str
    id: str
    based_on: int
    version: int
    theirs: Mapping[str, Any]
    yours: Mapping[str, Any]
    who: str
    "The author of the newest change."


MOST_NAMED = 20
"Of what an error lists; an import can have thousands. The error's attribute has all."


def _listed(sentences: Sequence[str]) -> str:
    more = f"; and {len(sentences) - MOST_NAMED:,} more" if len(sentences) > MOST_NAMED else ""
    return "; ".join(sentences[:MOST_NAMED]) + more


class PipelineError(Exception):
    """The base class; `str()` is for a person and says how to fix the problem."""


class Refused(PipelineError):
    """A rule is broken; nothing of the batch was saved."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("Nothing was saved. " + _listed([str(problem) for problem in problems]))


class StaleVersion(PipelineError):
    """A record changed meanwhile; nothing of the batch was saved. Compare and submit again on the newer version."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(
            "Nothing was saved: "
            + _listed(
                [
                    f"{c.who} changed {c.kind} {c.id} meanwhile ({', '.join(c.theirs) or 'nothing'}): it is at version "
                    f"{c.version}, yours was based on {c.based_on}"
                    for c in conflicts
                ]
            )
        )


class UnreadableFile(PipelineError): ...


class UnreadableValue(PipelineError, ValueError):
    """A text that cannot be the date, number or word that a field needs; the sentence says what to write instead."""


class LedgerUnavailable(PipelineError):
    """The message is one line without secrets: it quotes what a driver said, and LEDGER_URL may hold a password."""

    def __init__(self, message: str) -> None:
        super().__init__(log_line(message))


class ContractBroken(PipelineError): ...


class AnotherLedger(PipelineError): ...
