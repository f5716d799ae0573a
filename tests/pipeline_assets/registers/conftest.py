"""The excerpts of the public registers, which are kept beside the recordings and outside the checkout."""

from pathlib import Path

import pytest

from tests.pipeline_assets.registers.excerpts import Excerpts


@pytest.fixture(scope="session")
def excerpts(recordings: Path) -> Excerpts:
    """Return the excerpts; without RECORDINGS the test is skipped, and a missing folder fails it."""
    folder = recordings.parent / "registers"
    if not folder.is_dir():
        pytest.fail(f"{folder} does not exist: the excerpts of the registers belong beside the recordings")
    return Excerpts(folder)
