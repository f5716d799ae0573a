"""Where an issue of a register comes from: its configured address, or a file that a person put into the home.

An address answers with the CSV itself, or with JSON of GOV.UK or CKAN that leads to it. Answers are not trusted: their
time and size are bounded before memory is spent, redirects are counted, and a page or half a file is refused.

Belongs here: requests and files, as bytes. Not here: what the bytes say (`parsing.py`), the links in JSON
(`file_links.py`).
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from time import monotonic

import httpx
import tenacity

from pipeline_assets.errors import RegisterMoved, RegisterTooLarge, RegisterUnavailable
from pipeline_assets.registers.file_links import FileLink, file_name, newest_csv
from pipeline_assets.registers.issue_dates import date_in_name
from warehouse.addresses import Endpoint, endpoint_of
from warehouse.redaction import log_line
from warehouse.settings import Settings

USER_AGENT = f"gb-renewables/{version('gb-renewables')} (python-httpx/{httpx.__version__})"
TIMEOUT_SECONDS = 30.0
"The time-out of one read."
MOST_REDIRECTS = 5
LONGEST_JSON_BYTES = 5_000_000
"The longest JSON that is searched for a link; GOV.UK's page has 20 kB."
SMALLEST_SHARE = 0.9
"The share of the stated size below which a file was cut short. NESO's statement may be some issues old."
TRY_AGAIN = {429, 500, 502, 503, 504}
SAMPLE = 120
OTHER_CONTENT = {b"<": "a web page", b"PK\x03\x04": "a workbook or archive", b"%PDF": "a PDF"}
"What is no register, by its first bytes."
SYNTHETIC = "SYNTHETIC"
"The beginning of the source of an issue that a simulator invented."
_PROVENANCE = "X-Simulator-Rows"


@dataclass(frozen=True)
class FetchedIssue:
    """One issue as bytes. `source` is an address without secrets or the name of a file; `issue_date` may be unknown."""

    content: bytes
    source: str
    issue_date: date | None


def fetch_issue(
    register: str, settings: Settings | None = None, *, transport: httpx.BaseTransport | None = None
) -> FetchedIssue:
    """Return the newest issue of a register from its configured address.

    Args:
        register: The name of the register, repd or tec.
        settings: The addresses and the limits.
        transport: What sends the requests, instead of the network.

    Raises:
        RegisterUnavailable: The server fails or is too slow, or the file was cut short, at every attempt.
        RegisterMoved: The address leads to no CSV.
        RegisterTooLarge: The file has more bytes than the limit.
    """
    settings = settings or Settings()
    fetching = _Fetching(register, settings, transport)
    with fetching.client:
        start = endpoint_of(getattr(settings, f"{register}_url"))
        content, response = fetching.get(httpx.URL(start.url, params=list(start.parameters) or None))
        link = fetching.link_in(content, response)
        if link is not None:
            content, response = fetching.get(fetching.address_of(link, response), link.size)
    if _is_json(content):
        raise RegisterMoved(f"{_shown(response)} answered JSON again where the CSV was expected. {fetching.fix}")
    source = _shown(response)
    if response.headers.get(_PROVENANCE, "").startswith("synthetic"):
        source = f"{SYNTHETIC} {source}"
    return FetchedIssue(content, source, link.issue_date() if link else date_in_name(file_name(str(response.url))))


def address_of(register: str, settings: Settings) -> str:
    """Return the configured address of a register, without secrets."""
    return endpoint_of(getattr(settings, f"{register}_url")).url


def dropped_files(register: str, settings: Settings | None = None) -> list[Path]:
    """Return the files of a register in the home's folder `registers`, oldest issue first.

    Their names begin with the register's: repd-q2-jul-2024.csv. A file without a date in its name comes first.
    """
    folder = (settings or Settings()).registers_folder
    pattern = re.compile(rf"{register}(?![a-z])", re.IGNORECASE)
    files = [path for path in folder.glob("*") if pattern.match(path.name) and path.is_file()]
    return sorted(files, key=lambda path: (date_in_name(path.name) or date.min, path.name))


def read_issue_file(path: Path, settings: Settings | None = None) -> FetchedIssue:
    """Return the issue in a file; a name with SYNTHETIC in it says that a simulator invented the issue.

    Raises RegisterTooLarge, and OSError for a file that cannot be read.
    """
    most = _most_bytes(settings or Settings())
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise RegisterTooLarge(_too_large(path.name, settings or Settings()))
    name = log_line(path.name)
    source = f"{SYNTHETIC} {name}" if SYNTHETIC in name else name
    return FetchedIssue(content, source, date_in_name(path.name))


def dropped_issues(register: str, settings: Settings | None = None) -> Iterator[FetchedIssue]:
    """Yield the issues in the home's folder `registers`, oldest first. Raises as `read_issue_file`."""
    for path in dropped_files(register, settings):
        yield read_issue_file(path, settings)


class _Fetching:
    """The requests for one register."""

    def __init__(self, register: str, settings: Settings, transport: httpx.BaseTransport | None) -> None:
        self._register, self._settings = register, settings
        self._start: Endpoint = endpoint_of(getattr(settings, f"{register}_url"))
        self.fix = (
            f"Set {register.upper()}_URL to the register's present address, or put its CSV into "
            f"{settings.registers_folder} (docs/operations.md)."
        )
        self.client = httpx.Client(
            transport=transport,
            timeout=TIMEOUT_SECONDS,
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            event_hooks={"request": [self._refuse_downgrade]},
        )

    def get(self, url: httpx.URL, stated_size: int | None = None) -> tuple[bytes, httpx.Response]:
        """Return the body of a complete answer, after as many attempts as the settings allow."""
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(RegisterUnavailable),
            wait=tenacity.wait_exponential(multiplier=self._settings.register_backoff_seconds, max=60),
            stop=tenacity.stop_after_attempt(self._settings.register_attempts),
            reraise=True,
        )
        return attempts(self._get_once, url, stated_size)

    def link_in(self, content: bytes, response: httpx.Response) -> FileLink | None:
        """Return the link to the CSV if the answer is JSON, or None if it is the CSV itself. Raises RegisterMoved."""
        if not _is_json(content):
            return None
        link = newest_csv(json.loads(content), self._register) if len(content) <= LONGEST_JSON_BYTES else None
        if link is None:
            raise RegisterMoved(
                f"{_shown(response)} answered JSON that leads to no CSV: it is neither a GOV.UK page with attachments "
                f"nor a CKAN package or resource. {self.fix}"
            )
        return link

    def address_of(self, link: FileLink, response: httpx.Response) -> httpx.URL:
        """Return the address of a link, which may be relative. Raises RegisterMoved for one that is no address."""
        try:
            url = response.url.join(link.url)
        except httpx.InvalidURL as error:
            raise RegisterMoved(f"{_shown(response)} leads to an address that cannot be read. {self.fix}") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise RegisterMoved(f"{_shown(response)} leads to an address that is not on the web. {self.fix}")
        return url

    def _get_once(self, url: httpx.URL, stated_size: int | None) -> tuple[bytes, httpx.Response]:
        shown = endpoint_of(url).url
        try:
            content, response = self._request(url)
        except httpx.TooManyRedirects as error:
            raise RegisterMoved(f"{shown} redirects more than {MOST_REDIRECTS} times. {self.fix}") from error
        except httpx.TimeoutException as error:
            raise RegisterUnavailable(
                f"{shown} did not answer completely in time ({type(error).__name__}). The next run tries again; "
                "REGISTER_DEADLINE_SECONDS allows more."
            ) from error
        except httpx.TransportError as error:
            raise RegisterUnavailable(
                f"{shown} cannot be reached or read: {error or type(error).__name__}. The next run tries again. If "
                f"this lasts: {self.fix}"
            ) from error
        except httpx.InvalidURL as error:
            raise RegisterMoved(f"{shown} leads to an address that cannot be read. {self.fix}") from error
        if response.status_code in TRY_AGAIN:
            raise RegisterUnavailable(
                f"{_shown(response)} answered {response.status_code}. The next run tries again; nothing is lost, since "
                "the issues that landed before stay."
            )
        if response.status_code != 200:
            raise RegisterMoved(f"{_shown(response)} answered {response.status_code}. {self.fix}")
        self._refuse_other_content(content, response, stated_size)
        return content, response

    def _request(self, url: httpx.URL) -> tuple[bytes, httpx.Response]:
        """Return the body. Raises RegisterTooLarge and ReadTimeout as soon as it exceeds the limits.

        Nothing packed is taken: a few bytes of it can be a gigabyte.
        """
        is_own_server = _origin(url) == _origin(httpx.URL(self._start.url))
        auth = self._start.auth if is_own_server else None
        pieces, size, most = list[bytes](), 0, _most_bytes(self._settings)
        until = monotonic() + self._settings.register_deadline_seconds
        with self.client.stream("GET", url, auth=auth) as response:
            packing = response.headers.get("Content-Encoding", "").strip().lower()
            if packing not in ("", "identity"):
                raise RegisterMoved(
                    f"{_shown(response)} answered in the encoding {packing[:SAMPLE]!r}, which was not requested. "
                    f"{self.fix}"
                )
            for piece in response.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise RegisterTooLarge(_too_large(_shown(response), self._settings))
                if monotonic() > until:
                    raise httpx.ReadTimeout("the deadline has passed")
        return b"".join(pieces), response

    def _refuse_other_content(self, content: bytes, response: httpx.Response, stated_size: int | None) -> None:
        """Raise RegisterMoved for a page or a workbook, and RegisterUnavailable for nothing or a part of a file."""
        beginning = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
        for start, kind in OTHER_CONTENT.items():
            if beginning.startswith(start):
                raise RegisterMoved(
                    f"{_shown(response)} answered {kind} where a CSV or JSON was expected: "
                    f"{beginning[:SAMPLE].decode(errors='replace')!r}. {self.fix}"
                )
        if not beginning:
            raise RegisterUnavailable(f"{_shown(response)} answered an empty file. The next run tries again.")
        if _is_cut_short(content) or (stated_size and len(content) < SMALLEST_SHARE * stated_size):
            stated = f" of {stated_size:,}" if stated_size else ""
            raise RegisterUnavailable(
                f"{_shown(response)} sent only a part of the file ({len(content):,}{stated} bytes). The next run tries "
                "again; nothing of it was kept."
            )

    def _refuse_downgrade(self, request: httpx.Request) -> None:
        if self._start.url.startswith("https:") and request.url.scheme != "https":
            raise RegisterMoved(f"{self._start.url} leads to an address without encryption. {self.fix}")


def _is_json(content: bytes) -> bool:
    return content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def _is_cut_short(content: bytes) -> bool:
    """Return whether JSON is incomplete, or a CSV ends in a quoted cell or before the last column of a row."""
    if _is_json(content):
        return not _is_complete_json(content)
    if content.endswith((b"\n", b"\r")):
        return False
    first = width = 0
    try:
        for row in csv.reader(io.StringIO(content.decode("latin-1"), newline=""), strict=True):
            first, width = first or len(row), len(row)
    except csv.Error:
        return True
    return width < first


def _is_complete_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _most_bytes(settings: Settings) -> int:
    return int(settings.register_megabytes * 1_000_000)


def _too_large(what: str, settings: Settings) -> str:
    return (
        f"{what} has more than {settings.register_megabytes:g} MB; the REPD of 2024 has 5. Nothing of it was kept; "
        "REGISTER_MEGABYTES allows more."
    )


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _shown(response: httpx.Response) -> str:
    """Return the address of a response without anything secret."""
    return log_line(endpoint_of(response.url).url)
