"""An empty ledger for each test (those of `ledger/` also run on PostgreSQL), and a webhook of Slack on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline_assets import delivery
from pipeline_assets.ledger.schema import open_ledger
from tests.pipeline_assets.slack import Slack, run_webhook


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:
    """Open the ledger in the test's home, the one that `open_ledger()` finds there."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    yield ledger
    ledger.dispose()


@pytest.fixture
def slack(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:  # noqa: ARG001 (sets the home first)
    """Run a webhook that SLACK_WEBHOOK_URL names, with a short timeout."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 0.5)
    with run_webhook(Slack()) as hook:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", hook.url)
        yield hook


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)
