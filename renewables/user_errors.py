"""What a person reads when something expected goes wrong: one sentence with the fix, and an exit code.

Belongs here: which exceptions are expected. Not here: their texts, which are written where they are raised.
"""

from elexon_assets.errors import ElexonError, UnusableInput
from pipeline_assets.errors import PipelineError
from warehouse.errors import WarehouseError

FAILED, BAD_USAGE = 1, 2


class Problem(Exception):
    """Expected; `str()` is what is printed."""

    exit_code = FAILED


class BadUsage(Problem):
    """What was typed cannot be meant."""

    exit_code = BAD_USAGE


def told(error: Exception) -> tuple[str, int] | None:
    """The sentence and the exit code, or None for what nobody expected: that one deserves its traceback."""
    if isinstance(error, Problem):
        return str(error), error.exit_code
    if isinstance(error, UnusableInput):
        return str(error), BAD_USAGE
    if isinstance(error, WarehouseError | ElexonError | PipelineError):
        return str(error), FAILED
    if isinstance(error, BrokenPipeError):
        return None
    if isinstance(error, OSError):
        return f"{error.filename or 'The system'}: {error.strerror or error}.", FAILED
    # Loaded already if they were raised; heavy otherwise.
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    if isinstance(error, SettingsError):
        return f"A setting cannot be understood: {error}.", FAILED
    if isinstance(error, ValidationError) and error.title == "Settings":
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        return f"The setting {name} cannot be understood: {first['msg']} (it is {first['input']!r}).", FAILED
    return None
