"""The texts of failures: the cause in the words of the run log, never only a class."""

import pytest

from pipeline_assets.failure_texts import (
    INTERRUPTED,
    NO_REASON,
    EngineEvent,
    RecordedError,
    describe_error,
    describe_run_failure,
)

STACK = [
    f'  File "/opt/{file}", line {line}, in parse\n' for file, line in (("app/run.py", 3), ("code/parsing.py", 33))
]
PLACE = "(code/parsing.py, line 33, in parse)"
CORE = "dagster._core.errors"
WRAPPING = RecordedError(
    f"{CORE}.DagsterExecutionStepExecutionError: Error occurred while executing op x:\n",
    "DagsterExecutionStepExecutionError",
    [],
)
KILLED = EngineEvent("Run execution process for 7f3a was terminated by signal 9 (SIGKILL).")
FROM_OUTSIDE = "This run has been marked as failed from outside the execution context."


def error(message: str, class_name: str) -> RecordedError:
    return RecordedError(message, class_name, STACK)


@pytest.mark.parametrize(
    ("recorded", "text"),
    [
        (error("warehouse.errors.WarehouseBusy: Held by 7.\n", "WarehouseBusy"), "Held by 7."),
        (error("KeyError: 'psrType'\n", "KeyError"), f"KeyError: 'psrType' {PLACE}"),
        (error("AssertionError\n", "AssertionError"), f"AssertionError: without a message {PLACE}"),
        (error("duckdb.duckdb.Error: No room: disk\n", "Error"), f"Error: No room: disk {PLACE}"),
        (error(f"{CORE}.DagsterExecutionInterruptedError\n", "DagsterExecutionInterruptedError"), INTERRUPTED),
    ],
)
def test_an_error_is_described_by_its_text_and_the_line_that_raised_it(recorded: RecordedError, text: str) -> None:
    assert describe_error([WRAPPING, recorded]) == text


def test_for_an_error_raised_in_a_library_our_own_line_is_named() -> None:
    stack = [f'  File "/opt/{file}", line 7, in load\n' for file in ("elexon_assets/sensors.py", "json/decoder.py")]
    library_error = RecordedError("ValueError: no JSON\n", "ValueError", stack)
    assert describe_error([library_error]) == "ValueError: no JSON (elexon_assets/sensors.py, line 7, in load)"


def test_our_own_error_is_preferred_to_its_cause() -> None:
    ours = error("pipeline_assets.errors.LedgerUnavailable: The ledger cannot be used now.\n", "LedgerUnavailable")
    assert describe_error([WRAPPING, ours, error("KeyError: 'x'\n", "KeyError")]) == "The ledger cannot be used now."


def test_an_error_without_a_text_is_described_by_its_cause() -> None:
    assert describe_error(
        [error("RuntimeError\n", "RuntimeError"), error("OSError: No space\n", "OSError")]
    ).startswith("OSError: No space")


def test_the_description_of_a_killed_run_names_the_signal() -> None:
    assert describe_run_failure(FROM_OUTSIDE, [], [EngineEvent("Starting"), KILLED]) == KILLED.message


def test_the_description_of_a_run_that_could_not_be_launched_has_the_reason() -> None:
    event = EngineEvent(
        "Caught an unrecoverable error while dequeuing the run.", [error("OSError: No fork\n", "OSError")]
    )
    text = describe_run_failure(FROM_OUTSIDE, [], [event])
    assert text.startswith("Caught an unrecoverable error while dequeuing the run: OSError: No fork")


def test_a_message_that_explains_the_failure_is_kept() -> None:
    message = "Exceeded maximum runtime of 7200 seconds."
    assert describe_run_failure(message, [], [KILLED]) == message
    assert describe_run_failure(None, [], []) == NO_REASON
