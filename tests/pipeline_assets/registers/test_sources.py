"""Fetching an issue of a register from its address, and reading one that a person put into the home."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline_assets.errors import RegisterMoved, RegisterNotFetched, RegisterTooLarge, RegisterUnavailable
from pipeline_assets.registers.sources import (
    FetchedIssue,
    dropped_files,
    dropped_issues,
    fetch_issue,
    read_issue_file,
)
from warehouse.settings import Settings

REPD = b"Ref ID,Site Name\r\n1,Invented Solar Farm\r\n"
TEC = b"Project Name,Project ID\nInvented Wind,a01\n"
PAGE = "https://www.gov.uk/api/content/government/publications/renewable-energy-planning-database-monthly-extract"
PACKAGE = "https://api.neso.energy/api/3/action/package_show"
FILE = "https://assets.example/media/1/repd-q2-jul-2024.csv"

Answer = bytes | Mapping[str, Any] | httpx.Response | Exception
Fetch = Callable[..., FetchedIssue]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:  # noqa: ARG001 (the home is made first)
    monkeypatch.setenv("REGISTER_BACKOFF_SECONDS", "0")


@pytest.fixture
def fetch() -> Fetch:
    """Return a function that fetches an issue from answers by address, without the address's query."""

    def run(register: str, answers: Mapping[str, Answer], requests: list[httpx.Request] | None = None) -> FetchedIssue:
        def handle(request: httpx.Request) -> httpx.Response:
            if requests is not None:
                requests.append(request)
            answer = answers.get(str(request.url.copy_with(query=None)), httpx.Response(404))
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, httpx.Response):
                return answer
            return httpx.Response(200, content=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        return fetch_issue(register, Settings(), transport=httpx.MockTransport(handle))

    return run


def page(*attachments: Mapping[str, Any], changed: str | None = None) -> dict[str, Any]:
    return {"details": {"attachments": list(attachments)}, "public_updated_at": changed}


def attachment(url: str, title: str = "REPD", **more: Any) -> dict[str, Any]:
    return {"url": url, "title": title, "content_type": "text/csv", **more}


def package(*resources: Mapping[str, Any]) -> dict[str, Any]:
    return {"success": True, "result": {"resources": list(resources)}}


def test_the_page_of_gov_uk_leads_to_the_csv(fetch: Fetch) -> None:
    answers = {
        PAGE: page({"url": "https://assets.example/media/1/repd.xlsx", "title": "REPD (Excel)"}, attachment(FILE)),
        FILE: REPD,
    }
    assert fetch("repd", answers) == FetchedIssue(REPD, FILE, date(2024, 7, 1))


def test_the_newest_of_several_files_is_fetched(fetch: Fetch) -> None:
    older, newer = "https://assets.example/REPD_Publication_Q4_2025.csv", "https://assets.example/repd-april-2026.csv"
    answers = {PAGE: page(attachment(older), attachment(newer)), older: b"a,b\n1,2\n", newer: REPD}
    assert fetch("repd", answers).content == REPD


def test_a_file_of_another_subject_is_left_alone(fetch: Fetch) -> None:
    other, own = "https://neso.example/interconnectors-2026-08-19.csv", "https://neso.example/tec-register.csv"
    answers = {
        PACKAGE: package(
            {"url": other, "name": "Interconnector Register", "format": "CSV"},
            {"url": own, "name": "TEC Register", "format": "CSV"},
        ),
        own: TEC,
    }
    assert fetch("tec", answers).source == own


def test_the_package_of_neso_leads_to_the_csv_and_says_its_day(fetch: Fetch) -> None:
    url = "https://neso.example/dataset/d/resource/r/download/tec-register.csv"
    resource = {"url": url, "name": "TEC Register", "format": "CSV", "last_modified": "2026-08-18T09:12:44.123456"}
    assert fetch("tec", {PACKAGE: package(resource), url: TEC}) == FetchedIssue(TEC, url, date(2026, 8, 18))


def test_the_day_in_the_name_precedes_the_day_of_the_change(fetch: Fetch) -> None:
    url = "https://neso.example/tec-register-11-10-2024.csv"
    resource = {"path": url, "name": "TEC Register", "format": "csv", "last_modified": "2024-10-14T09:12:44"}
    assert fetch("tec", {PACKAGE: package(resource), url: TEC}).issue_date == date(2024, 10, 11)


def test_the_day_of_publication_precedes_the_month_in_the_name(fetch: Fetch) -> None:
    answers = {PAGE: page(attachment(FILE), changed="2024-07-29T09:30:06+01:00"), FILE: REPD}
    assert fetch("repd", answers).issue_date == date(2024, 7, 29)


def test_one_resource_of_ckan_leads_to_the_csv_too(fetch: Fetch) -> None:
    url = "https://neso.example/tec.csv"
    answers = {PACKAGE: {"result": {"url": url, "name": "TEC Register", "format": "CSV"}}, url: TEC}
    assert fetch("tec", answers).content == TEC


def test_an_address_may_be_that_of_the_csv_itself(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPD_URL", FILE)
    assert fetch("repd", {FILE: REPD}) == FetchedIssue(REPD, FILE, date(2024, 7, 1))


def test_a_relative_link_belongs_to_the_server_of_the_answer(fetch: Fetch) -> None:
    answers = {PAGE: page(attachment("/media/repd.csv")), "https://www.gov.uk/media/repd.csv": REPD}
    assert fetch("repd", answers).source == "https://www.gov.uk/media/repd.csv"


def test_credentials_go_to_their_own_server_only_and_are_never_shown(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPD_URL", "https://reader:long-secret@mirror.example/repd?token=another-secret")
    requests: list[httpx.Request] = []
    near = "https://mirror.example/repd.csv"
    fetched = fetch("repd", {"https://mirror.example/repd": page(attachment(near)), near: REPD}, requests)
    assert [request.headers.get("Authorization") is not None for request in requests] == [True, True]
    assert "token=another-secret" in str(requests[0].url)
    assert fetched.source == near
    requests.clear()
    fetch("repd", {"https://mirror.example/repd": page(attachment(FILE)), FILE: REPD}, requests)
    assert [request.headers.get("Authorization") is not None for request in requests] == [True, False]
    with pytest.raises(RegisterMoved) as caught:
        fetch("repd", {})
    assert "secret" not in str(caught.value)


def test_rows_of_a_simulator_are_called_synthetic(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEC_URL", "http://127.0.0.1:8899/tec.csv")
    answer = httpx.Response(200, content=TEC, headers={"X-Simulator-Rows": "synthetic"})
    assert fetch("tec", {"http://127.0.0.1:8899/tec.csv": answer}).source == "SYNTHETIC http://127.0.0.1:8899/tec.csv"


WRONG: dict[str, tuple[type[RegisterNotFetched], Mapping[str, Answer]]] = {
    "not found": (RegisterMoved, {}),
    "gone file": (RegisterMoved, {PAGE: page(attachment(FILE))}),
    "web page": (RegisterMoved, {PAGE: b"\xef\xbb\xbf <!DOCTYPE html><html><body>Sorry</body></html>"}),
    "web page instead of the file": (RegisterMoved, {PAGE: page(attachment(FILE)), FILE: b"<html></html>"}),
    "workbook": (RegisterMoved, {PAGE: page(attachment(FILE)), FILE: b"PK\x03\x04..."}),
    "json without files": (RegisterMoved, {PAGE: {"details": {"body": "<p>REPD</p>"}}}),
    "json of another shape": (RegisterMoved, {PAGE: b"[1, 2]"}),
    "attachments of another shape": (RegisterMoved, {PAGE: {"details": {"attachments": [None, 1, {"url": 3}]}}}),
    "only a workbook": (RegisterMoved, {PAGE: page({"url": "https://assets.example/repd.xlsx", "title": "REPD"})}),
    "json instead of the file": (RegisterMoved, {PAGE: page(attachment(FILE)), FILE: {"success": False}}),
    "link off the web": (RegisterMoved, {PAGE: page(attachment("file:///etc/passwd", content_type="text/csv"))}),
    "link without encryption": (RegisterMoved, {PAGE: page(attachment("http://assets.example/repd.csv"))}),
    "redirects for ever": (RegisterMoved, {PAGE: httpx.Response(302, headers={"Location": PAGE})}),
    "redirect without encryption": (
        RegisterMoved,
        {PAGE: httpx.Response(302, headers={"Location": "http://a.example"})},
    ),
    "outage": (RegisterUnavailable, {PAGE: httpx.Response(503)}),
    "too many requests": (RegisterUnavailable, {PAGE: httpx.Response(429)}),
    "no connection": (RegisterUnavailable, {PAGE: httpx.ConnectError("refused")}),
    "no answer in time": (RegisterUnavailable, {PAGE: httpx.ReadTimeout("slow")}),
    "half the json": (RegisterUnavailable, {PAGE: b'{"details": {"attachm'}),
    "nothing": (RegisterUnavailable, {PAGE: page(attachment(FILE)), FILE: b"\r\n"}),
    "half a row": (RegisterUnavailable, {PAGE: page(attachment(FILE)), FILE: REPD[:-22]}),
    "half a quoted cell": (RegisterUnavailable, {PAGE: page(attachment(FILE)), FILE: b'a,b\r\n1,"two\r\nlines'}),
    "fewer bytes than stated": (
        RegisterUnavailable,
        {PAGE: page(attachment(FILE, file_size=2 * len(REPD))), FILE: REPD},
    ),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_an_answer_that_is_no_register_is_refused_with_the_address_and_a_fix(fetch: Fetch, case: str) -> None:
    kind, answers = WRONG[case]
    with pytest.raises(kind) as caught:
        fetch("repd", answers)
    assert any(name in str(caught.value) for name in ("https://www.gov.uk/api/content", FILE))
    assert any(fix in str(caught.value) for fix in ("REPD_URL", "next run tries again"))


def test_an_outage_that_passes_is_no_failure() -> None:
    requests: list[httpx.Request] = []
    outages = iter([503, 503])

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if status := next(outages, None):
            return httpx.Response(status)
        return httpx.Response(200, content=TEC)

    assert fetch_issue("tec", Settings(), transport=httpx.MockTransport(handle)).content == TEC
    assert len(requests) == 3


def test_a_huge_answer_is_refused_while_it_arrives(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTER_MEGABYTES", "0.5")
    taken: list[int] = []

    def endless() -> Iterator[bytes]:
        """Yield rows for ever."""
        while True:
            taken.append(10_000)
            yield b"a,b\n" * 2_500

    with pytest.raises(RegisterTooLarge, match="REGISTER_MEGABYTES"):
        fetch("repd", {PAGE: httpx.Response(200, content=endless())})
    assert sum(taken) <= 600_000


def test_an_answer_that_drips_for_ever_is_given_up(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTER_DEADLINE_SECONDS", "0.01")

    def endless() -> Iterator[bytes]:
        """Yield single bytes for ever."""
        while True:
            yield b"a"

    monkeypatch.setenv("REGISTER_ATTEMPTS", "1")
    with pytest.raises(RegisterUnavailable, match="REGISTER_DEADLINE_SECONDS"):
        fetch("repd", {PAGE: httpx.Response(200, content=endless())})


def test_a_packed_answer_is_refused_before_it_is_unpacked(fetch: Fetch) -> None:
    packed = httpx.Response(200, content=gzip.compress(REPD), headers={"Content-Encoding": "gzip"})
    with pytest.raises(RegisterMoved, match="gzip"):
        fetch("repd", {PAGE: httpx.Response(200, stream=packed.stream, headers={"Content-Encoding": "gzip"})})


def test_dropped_files_are_those_that_a_register_names_oldest_first(home: Path) -> None:
    folder = home / "registers"
    folder.mkdir(parents=True)
    for name in (
        "repd-q2-jul-2024.csv",
        "REPD_2022_october.csv",
        "repd.csv",
        "tec-register.csv",
        "technical notes.csv",
    ):
        (folder / name).write_bytes(b"a,b\n")
    (folder / "repd folder").mkdir()
    assert [path.name for path in dropped_files("repd")] == [
        "repd.csv",
        "REPD_2022_october.csv",
        "repd-q2-jul-2024.csv",
    ]
    assert [path.name for path in dropped_files("tec")] == ["tec-register.csv"]


@pytest.mark.usefixtures("home")
def test_a_home_without_the_folder_has_no_dropped_files() -> None:
    assert list(dropped_issues("repd")) == []


def test_a_dropped_file_keeps_its_bytes_its_name_and_the_date_in_it(home: Path) -> None:
    path = home / "registers" / "tec_register_2025-09-02.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(TEC)
    assert list(dropped_issues("tec")) == [FetchedIssue(TEC, path.name, date(2025, 9, 2))]


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTER_MEGABYTES", "0.00001")
    path = tmp_path / "repd.csv"
    path.write_bytes(REPD)
    with pytest.raises(RegisterTooLarge, match=r"repd\.csv"):
        read_issue_file(path)
