"""What went wrong, in one sentence for people, from the errors that Dagster recorded of a run or a tick.

Belongs here: which of several recorded errors says what happened. Not here: reading them from Dagster (`run_notices.py`
does it from an instance, `renewables/dagster_control` over GraphQL). Imports no Dagster.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from warehouse.redaction import redacted

MARKED_FROM_OUTSIDE = "marked as failed from outside"
"Part of Dagster's message for a run whose process has gone; what happened to it is in the engine event before."
INTERRUPTED = "It was stopped before its end: cancelled, or with `renewables up`. What had landed is kept."
NO_REASON = "no reason was recorded"
WRAPPINGS = ("ExecutionError", "ResourceFunctionError", "UserCodeProcessError")
"Ends of the names of Dagster's errors that only say where another one was raised."
PACKAGES = {"elexon_assets", "pipeline_assets", "warehouse", "renewables"}
SENTENCES = (*(f"{package}." for package in sorted(PACKAGES)), "dagster.")
"Modules whose errors are sentences for people, so their class and line add nothing."

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')


@dataclass(frozen=True)
class RecordedError:
    """One exception as Dagster stores it; `message` is "module.Class: text"."""

    message: str
    class_name: str | None
    stack: Sequence[str]

    @property
    def is_wrapping(self) -> bool:
        """Return whether Dagster wrapped another exception, which says more."""
        return (self.class_name or "").endswith(WRAPPINGS)

    @property
    def text(self) -> str:
        """Return what the exception itself says, without its class; empty if it says nothing."""
        message = self.message.strip()
        prefixed = re.match(rf"(?:[\w.<>]+\.)?{re.escape(self.class_name or '')}(?::|$)", message)
        return message[prefixed.end() :].strip() if self.class_name and prefixed else message

    def describe(self) -> str:
        """Return the sentence of an error of ours; of any other its class, its text and the line that raised it."""
        if self.class_name == "DagsterExecutionInterruptedError":
            return INTERRUPTED
        if self.text and self.message.startswith(SENTENCES):
            return self.text
        return f"{self.class_name or 'error'}: {self.text or 'without a message'}{self._place()}"

    def _place(self) -> str:
        """Return the line of ours that was executed last, else the last line of any."""
        frames = [frame for entry in self.stack if (frame := _FRAME.search(entry))]
        if not frames:
            return ""
        ours = [frame for frame in frames if not PACKAGES.isdisjoint(PurePath(frame["file"]).parts)]
        frame = (ours or frames)[-1]
        file = "/".join(PurePath(frame["file"]).parts[-2:])
        return f" ({file}, line {frame['line']}, in {frame['function']})"


@dataclass(frozen=True)
class EngineEvent:
    """What Dagster itself noted of a run: that its process was killed, that it could not be launched."""

    message: str
    errors: Sequence[RecordedError] = ()

    def describe(self) -> str:
        """Return the message, and the error behind it."""
        cause = describe_error(self.errors) if self.errors else ""
        return f"{self.message.strip().rstrip('.')}: {cause}" if cause else self.message.strip()


def describe_error(errors: Sequence[RecordedError]) -> str:
    """Return the sentence of the first error that is not Dagster's wrapping of another one.

    `errors`: the outermost first, each followed by its cause.
    """
    if not errors:
        return NO_REASON
    unwrapped = [error for error in errors if not error.is_wrapping] or [errors[-1]]
    return redacted(next((error for error in unwrapped if error.text), unwrapped[0]).describe())


def describe_run_failure(
    message: str | None, errors: Sequence[RecordedError], engine_events: Sequence[EngineEvent]
) -> str:
    """Return why a run failed of which no step says so.

    `message` and `errors` are those of its failure, `engine_events` what Dagster noted before that, oldest first.
    """
    if errors:
        return describe_error(errors)
    if engine_events and (not message or MARKED_FROM_OUTSIDE in message):
        return engine_events[-1].describe()
    return redacted((message or NO_REASON).strip())
