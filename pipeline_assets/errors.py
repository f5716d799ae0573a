"""The reasons why the ledger rejects something, each with a fix.

All are one tree:

PipelineError
 ├── Refused            values, references or names that break a rule: one `Problem` per field
 ├── StaleVersion       somebody else changed the record in the meantime: with the difference
 ├── AccessRefused      the role of the author does not allow it, or the sign-in or token has ended
 ├── ContractBroken     the ledger holds something that the models do not allow: nothing of it lands
 ├── ViewRefused        a saved view cannot be saved, changed or opened
 ├── AnotherLedger      the warehouse was filled from a different ledger
 ├── UnreadableFile     the file of an import is not a table that can be read
 │    └── MadeFromRegister  it was made from a public register, and is no portfolio
 ├── RegisterUnreadable an issue of a public register cannot land: the earlier issue stays
 ├── UnreadableValue    a text is not the date, number or word that its field needs
 ├── RegisterNotFetched   no issue of a register could be fetched
 │    ├── RegisterUnavailable  its server fails, is too slow, or sent only a part of the file
 │    ├── RegisterMoved        its address leads to no CSV
 │    └── RegisterTooLarge     the file has more bytes than the limit
 └── LedgerUnavailable  the ledger's database cannot be reached, or a newer gb-renewables wrote it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.redaction import log_line


@dataclass(frozen=True)
class Problem:
    """An error in one field of one record or, as a warning, something that deserves a check."""

    kind: str
    id: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}, {self.field}: {self.message}"


@dataclass(frozen=True)
class Conflict:
    """A record that somebody else changed in the meantime.

    `theirs` holds the present values of the fields that changed since `based_on`; `yours` holds the values that the
    rejected change would set.
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
"The most problems that a message lists; an import can have thousands. The attribute of the error has all of them."


def _listed(sentences: Sequence[str]) -> str:
    more = f"; and {len(sentences) - MOST_NAMED:,} more" if len(sentences) > MOST_NAMED else ""
    return "; ".join(sentences[:MOST_NAMED]) + more


class PipelineError(Exception):
    """The base class; `str()` gives a sentence for people that says how to fix the problem."""


class Refused(PipelineError):
    """Raised when a rule is broken; nothing of the batch was saved."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("Nothing was saved. " + _listed([str(problem) for problem in problems]))


class StaleVersion(PipelineError):
    """Raised when a record was changed in the meantime; nothing of the batch was saved.

    Compare the difference and submit again on the newer version.
    """

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(
            "Nothing was saved: "
            + _listed(
                [
                    f"{c.who} changed {c.kind} {c.id} since ({', '.join(c.theirs) or 'nothing'}): the current version "
                    f"is {c.version}, yours is based on {c.based_on}"
                    for c in conflicts
                ]
            )
        )


class AccessRefused(PipelineError):
    """Raised when the author may not do it; nothing was saved or started."""


class UnreadableFile(PipelineError):
    """Raised when a file is not a table that can be imported; the message says what to do."""


class RegisterUnreadable(PipelineError):
    """Raised when an issue of a public register cannot land; the earlier issue stays the newest one."""


class MadeFromRegister(UnreadableFile):
    """Raised when the file of an import was made from a public register; `register` is its name."""

    def __init__(self, message: str, register: str) -> None:
        super().__init__(message)
        self.register = register


class UnreadableValue(PipelineError, ValueError):
    """Raised for a text that is not the date, number or word that a field needs; the message says what to write."""


class LedgerUnavailable(PipelineError):
    """Raised when the ledger's database cannot be used.

    The message is one line without secrets: it quotes the driver's message, and LEDGER_URL may hold a password.
    """

    def __init__(self, message: str) -> None:
        super().__init__(log_line(message))


class ContractBroken(PipelineError):
    """Raised when the ledger holds a value that the models do not allow; nothing lands."""


class AnotherLedger(PipelineError):
    """Raised when the warehouse was filled from a different ledger than the one in use."""


class RegisterNotFetched(PipelineError):
    """Raised when no issue of a register could be fetched; the issues that landed before stay.

    The message is one line without secrets: it is stored and shown, and quotes the server.
    """

    def __init__(self, message: str) -> None:
        super().__init__(log_line(message))


class RegisterUnavailable(RegisterNotFetched):
    """Raised after the last attempt when the server fails, is too slow, or sent only a part of the file."""


class RegisterMoved(RegisterNotFetched):
    """Raised when the address leads to no CSV: it was not found, redirects for ever, or answers something else."""


class RegisterTooLarge(RegisterNotFetched):
    """Raised when the file has more bytes than the limit, also when unpacked."""


class ViewRefused(PipelineError):
    """Raised when a saved view cannot be saved, changed or opened; the message says why and what to do."""
