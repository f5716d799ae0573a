"""Tests of the source of an answer's rows: from the host that answered and from the simulator's header."""

import httpx
import pytest

from elexon_assets.client import source_of
from warehouse.settings import Settings


@pytest.mark.parametrize(
    ("host", "claim", "source"),
    [
        ("data.elexon.co.uk", None, "elexon"),
        ("DATA.elexon.co.uk", None, "elexon"),
        ("cache.example", None, "elexon"),
        ("data.elexon.co.uk.evil.example", None, "data.elexon.co.uk.evil.example"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("elexon", None, "host elexon"),
        ("127.0.0.1", "synthetic", "synthetic"),
        ("127.0.0.1", "recorded", "recorded"),
        ("evil.example", "synthetic", "synthetic"),
        ("evil.example", "recorded", "evil.example"),
        ("evil.example", "elexon", "synthetic"),
    ],
)
def test_only_rows_from_elexons_hosts_are_labelled_as_elexons(host: str, claim: str | None, source: str) -> None:
    request = httpx.Request("GET", f"https://{host}/bmrs/api/v1/datasets/AGWS")
    headers = {"X-Simulator-Rows": claim} if claim else {}
    response = httpx.Response(200, headers=headers, request=request)
    assert source_of(response, mirrors={"cache.example"}) == source


def test_mirrors_are_hosts_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_MIRRORS", "Cache.example, 10.0.0.7")
    assert Settings().elexon_mirrors == {"cache.example", "10.0.0.7"}
