"""Tests that a page whose snapshot was removed while it was drawn says so and continues with the existing one."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from warehouse import snapshots
from warehouse.connection import writing


def page_that_loses_its_snapshot() -> None:
    """Draw a page whose snapshot is removed after it was looked up and before it is read."""
    import streamlit as st

    from dashboards.components import snapshot_cache
    from renewables.queries.snapshot import source_names
    from warehouse.snapshots import Snapshot

    snapshot = snapshot_cache.pin_snapshot()
    snapshot_cache.render_move_notice()
    if isinstance(snapshot, Snapshot) and "removed" not in st.session_state:
        st.session_state["removed"] = True
        snapshot.path.unlink()
    st.write(f"sources: {snapshot_cache.cached_query(source_names)}")


@pytest.mark.usefixtures("home")
def test_a_page_whose_snapshot_was_removed_shows_a_notice_and_uses_the_newest() -> None:
    with writing() as con:
        snapshots.publish_snapshot(con)
        snapshots.publish_snapshot(con)
    page = AppTest.from_function(page_that_loses_its_snapshot, default_timeout=60).run()
    assert not page.exception
    assert [info.value for info in page.info] == [
        "This page was updated from snapshot 2, which is no longer kept, to snapshot 1."
    ]
    assert page.markdown[0].value == "sources: []"


def test_damage_found_while_a_page_reads_is_explained(home: Path) -> None:
    def page() -> None:
        import streamlit as st

        from dashboards.components import snapshot_cache
        from renewables.queries.snapshot import query_frame
        from warehouse.errors import WarehouseDamaged

        def total(con: object) -> object:
            return query_frame(con, "SELECT sum(n) AS total FROM numbers")  # type: ignore[arg-type]

        snapshot_cache.pin_snapshot()
        try:
            snapshot_cache.cached_query(total)
        except WarehouseDamaged as error:
            st.error(str(error))

    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT unnest(range(100_000)) AS n")
        path = snapshots.publish_snapshot(con).path
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 5000] = b"\xaa" * 5000
    path.write_bytes(content)
    run = AppTest.from_function(page, default_timeout=60).run()
    assert not run.exception
    assert "Nothing was deleted. Remove the file; readers then use the snapshot before it" in run.error[0].value
    assert str(home) in run.error[0].value
