"""What holds for every warehouse in a file after a kill: it opens, its pointer is valid, its snapshots are complete.

Belongs here: checks that do not know the work. They read the files directly, because the product would step over a
broken pointer to the newest snapshot that it finds.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse.connection import configured_warehouse
from warehouse.snapshots import LINK, POINTER, kept_snapshots


def snapshot_violations(newest_acknowledged: int) -> Iterator[str]:
    """Yield what is wrong with the pointer, the link and the snapshots beside the configured file."""
    folder = configured_warehouse().exports_folder
    for snapshot in kept_snapshots(folder):
        yield from _incomplete(snapshot.path)
    pointer, link = folder / POINTER, folder / LINK
    if not pointer.exists():
        if newest_acknowledged:
            yield f"the pointer is gone, although version {newest_acknowledged} was acknowledged"
        return
    named = json.loads(pointer.read_text())
    if not (folder / named["file"]).is_file():
        yield f"the pointer names {named['file']}, which does not exist"
    if named["version"] < newest_acknowledged:
        yield f"the pointer names version {named['version']}, and {newest_acknowledged} was acknowledged"
    if link.is_symlink():
        yield from _incomplete(link)
    elif link.exists() or newest_acknowledged:
        yield f"{link.name} is no link to a snapshot"


def leftover_files() -> Iterator[str]:
    """Yield the unfinished files beside the warehouse and in the folder of its snapshots."""
    folder = configured_warehouse().exports_folder
    for pattern in ("unfinished*", "*.duckdb.new"):
        yield from (f"{path.name} was left behind" for path in folder.glob(pattern))


def _incomplete(path: Path) -> Iterator[str]:
    """Read every table of a snapshot; yield a sentence if it cannot be read or lacks the facts about itself."""
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall():
                con.execute(f'SELECT count(COLUMNS(*)) FROM "{name}"').fetchall()
            if not con.execute("FROM warehouse_info WHERE key = 'format_version'").fetchall():
                yield f"{path.name} has no format"
    except duckdb.Error as error:
        yield f"{path.name} cannot be read: {error}"
