"""The messages of expected errors: one sentence with the fix, and an exit code.

Belongs here: which exceptions are expected. Not here: their texts, which are written where they are raised.
"""

from elexon_assets.errors import ElexonError, UnusableInput
from pipeline_assets.errors import PipelineError
from warehouse.errors import SECRET_IN_VALUE, WarehouseError
from warehouse.private_files import NO_ROOM
from warehouse.redaction import SECRET_SETTINGS, redacted

FAILED, BAD_USAGE = 1, 2


class UserError(Exception):
    """An expected error; `str()` is the message without secrets."""

    exit_code = FAILED

    def __init__(self, message: str) -> None:
        super().__init__(redacted(message))


class BadUsage(UserError):
    """Raised when the arguments of a command are invalid."""

    exit_code = BAD_USAGE


def user_message(error: Exception) -> tuple[str, int] | None:
    """Return the sentence and the exit code of an expected error, or None for one that needs its traceback.

    The sentence contains no secrets, wherever it was written.
    """
    outcome = _sentence_of(error)
    return outcome and (redacted(outcome[0]), outcome[1])


def _sentence_of(error: Exception) -> tuple[str, int] | None:
    if isinstance(error, UserError):
        return str(error), error.exit_code
    if isinstance(error, UnusableInput):
        return str(error), BAD_USAGE
    if isinstance(error, WarehouseError | ElexonError | PipelineError):
        return str(error), FAILED
    if isinstance(error, BrokenPipeError):
        return None
    if isinstance(error, OSError):
        advice = " Free some space and run this again." if error.errno in NO_ROOM else ""
        return f"{error.filename or 'The system'}: {error.strerror or error}.{advice}", FAILED
    # They are loaded already if they were raised, and slow to import otherwise.
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    if isinstance(error, SettingsError):
        return f"A setting is not valid: {error}.", FAILED
    if isinstance(error, ValidationError) and error.title == "Settings":
        first = error.errors()[0]
        setting, *parts = (str(part) for part in first["loc"] if part != "[key]")
        name = " ".join((setting.upper(), *(f"[{part}]" for part in parts)))
        is_secret = setting in SECRET_SETTINGS or first["type"] == SECRET_IN_VALUE
        value = "" if is_secret else f" (it is {redacted(str(first['input']))[:200]!r})"
        reason = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
        if first["type"].startswith("url"):
            reason += "; write an address such as http://127.0.0.1:3000"
        return f"The setting {name} is not valid: {reason}{value}.", FAILED
    return None
