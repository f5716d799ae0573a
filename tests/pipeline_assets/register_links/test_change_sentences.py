"""What a new issue changed in a record, in words."""

from typing import Any

import pytest

from pipeline_assets.register_links.link_notices import change_sentence

DATE = {"change": "changed", "field": "connection_date", "before": "2028-10-31", "after": "2029-10-31"}
LEFT = {"change": "left", "field": None, "before": None, "after": None}
APPEARED = {**LEFT, "change": "appeared"}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([{"record_id": "a0", **DATE}], "connection date 31 Oct 2029 (was 31 Oct 2028)"),
        ([{"record_id": "a0", **DATE, "after": None}], "connection date blank (was 31 Oct 2028)"),
        ([{"record_id": "8263", **LEFT}], "left the register"),
        ([{"record_id": "a0/2", **LEFT}], "stage 2 left the register"),
        ([{"record_id": "a0/2", **APPEARED}], "stage 2 appeared in the register"),
        (
            [{"record_id": "a0", **LEFT}, {"record_id": "a0/1", **APPEARED}, {"record_id": "a0/2", **APPEARED}],
            "stages 1, 2 (were none)",
        ),
        (
            [{"record_id": "a0/1", **DATE}, {"record_id": "a0/2", **LEFT}],
            "stage 1 connection date 31 Oct 2029 (was 31 Oct 2028); stage 2 left the register",
        ),
    ],
)
def test_a_change_is_a_sentence(rows: list[dict[str, Any]], sentence: str) -> None:
    assert change_sentence(rows) == sentence
