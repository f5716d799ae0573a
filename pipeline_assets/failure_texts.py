"""One sentence for people on why a run or a tick failed, from the errors that Dagster recorded.

Belongs here: choosing the recorded error that explains the failure. Not here: reading the errors from Dagster
(`run_notices.py` reads them from an instance, `renewables/dagster_control` over GraphQL). Imports no Dagster.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from warehouse.redaction import redacted

MARKED_FROM_OUTSIDE = "marked as failed from outside"
"A part of Dagster's message for a run whose process has disappeared; the engine event before it has the cause."
INTERRUPTED = "It was stopped before its end: cancelled, or with `renewables up`. What had landed is kept."
NO_REASON = "no reason was recorded"
WRAPPINGS = ("ExecutionError", "ResourceFunctionError", "UserCodeProcessError")
"The endings of the names of Dagster's errors that only say where another error was raised."
PACKAGES = {"elexon_assets", "pipeline_assets", "warehouse", "renewables"}
SENTENCES = (*(f"{package}." for package in sorted(PACKAGES)), "dagster.")
"The modules whose errors are sentences for people, so that their class and line add nothing."

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')


@dataclass(frozen=True)
class RecordedError:
    """One exception as Dagster stores it; `message` has the form "module.Class: text"."""

    message: str
    class_name: str | None
    stack: Sequence[str]

    @property
    def is_wrapping(self) -> bool:
        """Return whether this is Dagster's wrapper around another exception, which explains more."""
        return (self.class_name or "").endswith(WRAPPINGS)

    @property
    def text(self) -> str:
        """Return the text of the exception without its class; empty if it has none."""
        message = self.message.strip()
        prefixed = re.match(rf"(?:[\w.<>]+\.)?{re.escape(self.class_name or '')}(?::|$)", message)
        return message[prefixed.end() :].strip() if self.class_name and prefixed else message

    def describe(self) -> str:
        """Return the sentence of one of our errors, or the class, text and line of any other error."""
        if self.class_name == "DagsterExecutionInterruptedError":
            return INTERRUPTED
        if self.text and self.message.startswith(SENTENCES):
            return self.text
        return f"{self.class_name or 'error'}: {self.text or 'without a message'}{self._place()}"

    def _place(self) -> str:
        """Return the last executed line of our code, or the last line of any code."""
        frames = [frame for entry in self.stack if (frame := _FRAME.search(entry))]
        if not frames:
            return ""
        ours = [frame for frame in frames if not PACKAGES.isdisjoint(PurePath(frame["file"]).parts)]
        frame = (ours or frames)[-1]
        file = "/".join(PurePath(frame["file"]).parts[-2:])
        return f" ({file}, line {frame['line']}, in {frame['function']})"


@dataclass(frozen=True)
class EngineEvent:
    """What Dagster itself recorded about a run, such as that its process was killed or could not be launched."""

    message: str
    errors: Sequence[RecordedError] = ()

    def describe(self) -> str:
        """Return the message with the error behind it."""
        cause = describe_error(self.errors) if self.errors else ""
        return f"{self.message.strip().rstrip('.')}: {cause}" if cause else self.message.strip()


def describe_error(errors: Sequence[RecordedError]) -> str:
    """Return the sentence of the first error that is not Dagster's wrapper around another one.

    Args:
        errors: The outermost error first, each followed by its cause.
    """
    if not errors:
        return NO_REASON
    unwrapped = [error for error in errors if not error.is_wrapping] or [errors[-1]]
    return redacted(next((error for error in unwrapped if error.text), unwrapped[0]).describe())


def describe_run_failure(
    message: str | None, errors: Sequence[RecordedError], engine_events: Sequence[EngineEvent]
) -> str:
    """Return why a run failed when none of its steps explains it.

    Args:
        message: The message of the run's failure.
        errors: The errors of the run's failure, the outermost first.
        engine_events: What Dagster recorded before the failure, oldest first.
    """
    if errors:
        return describe_error(errors)
    if engine_events and (not message or MARKED_FROM_OUTSIDE in message):
        return engine_events[-1].describe()
    return redacted((message or NO_REASON).strip())
