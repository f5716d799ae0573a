"""An empty ledger for each test (those of `ledger/` run on PostgreSQL too), and a Slack on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline_assets import delivery
from pipeline_assets.ledger.schema import open_ledger
from tests.pipeline_assets.slack import Slack, serving


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:
    """In the test's home: the one that `opened()` finds there."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    yield ledger
    ledger.dispose()


@pytest.fixture
def slack(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:  # noqa: ARG001 (sets the home first)
    """SLACK_WEBHOOK_URL names it; it waits for nobody longer than a test."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 0.5)
    with serving(Slack()) as hook:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", hook.url)
        yield hook


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)
