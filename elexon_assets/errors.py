"""Everything that can go wrong between us and Elexon, as one tree of errors.

::

    ElexonError
    ├── WindowRefused       400: the request was wrong, which is our mistake; never retried
    ├── UnexpectedStatus    any other status that a retry does not fix (401, 404, ...)
    ├── Unavailable         429, 5xx, time-outs, dropped connections: raised after the last attempt
    ├── UnreadableAnswer    truncated JSON, an HTML page with status 200: raised after the last attempt
    ├── AnswerTooLarge      more bytes than the limit, also when unpacked; never retried
    ├── AnswerTooSlow       incomplete at the deadline, although bytes kept coming; never retried
    ├── ShapeChanged        JSON without the fields that the dataset declares
    ├── StrangerRows        rows that were not requested, as some endpoints send when they ignore a parameter
    └── WindowFailed        any other error while a window was fetched, parsed or validated
"""

from warehouse.redaction import log_line


class ElexonError(Exception):
    """The base of all errors of Elexon's data; `attempts` counts the requests for the window.

    The message is one line without secrets: it is stored, logged, sent and shown, and quotes the server.
    """

    attempts: int = 1

    def __init__(self, message: str) -> None:
        """Store the message, redacted and on one line."""
        super().__init__(log_line(message))


class WindowRefused(ElexonError):
    """The request was wrong (400), which is our mistake; it is never retried."""


class UnexpectedStatus(ElexonError):
    """The server answered another status that repeating does not fix."""


class Unavailable(ElexonError):
    """No usable answer after the last attempt; `retry_after_seconds` is the pause that Elexon requested, if any."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        """Store the message and the requested wait."""
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class UnreadableAnswer(ElexonError):
    """The answer is truncated JSON, or not JSON at all, after the last attempt."""


class AnswerTooLarge(ElexonError):
    """The answer has more bytes than the limit, also when unpacked."""


class AnswerTooSlow(ElexonError):
    """The answer was incomplete at the deadline, although bytes kept coming."""


class ShapeChanged(ElexonError):
    """The answer lacks fields that the dataset declares."""


class StrangerRows(ElexonError):
    """The answer has rows that were not requested."""


class WindowFailed(ElexonError):
    """An unexpected error in a window; the original exception is its cause and is named in the message."""


class UnusableInput(ValueError):
    """A span, time, dataset or category from a user that is not valid; `str()` is one sentence.

    It is not an ElexonError, because no request was sent. The Python API raises it, and the command line prints it.
    """


class StorageNotPrunable(Exception):
    """A kind of Dagster event storage that does not allow deleting old runs here. It is not an ElexonError."""
