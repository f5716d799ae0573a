"""Publications of a warehouse file as work that is killed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from benchmarks.kills.warehouse_checks import leftover_files, snapshot_violations
from benchmarks.kills.work import Acknowledge, Contents, Work
from warehouse.connection import configured_warehouse, has_table, publish, reading, writing
from warehouse.landing import transaction
from warehouse.snapshots import LINK, POINTER, kept_snapshots

FILL = "CREATE OR REPLACE TABLE numbers AS SELECT ? AS n, range AS position, hash(range) AS noise FROM range(?)"


def publish_number(number: int, rows: int) -> None:
    """Write the number into so many rows, and publish it with the connection that wrote it."""
    with writing() as con:
        with transaction(con):
            con.execute(FILL, [number, rows])
        publish(con)


@dataclass(frozen=True)
class Publications(Work):
    """A number that is published again and again; it is acknowledged when readers see it."""

    publications: int
    rows: int = 200_000
    modules: ClassVar[Sequence[str]] = ("warehouse.snapshots", "warehouse.private_files")

    def prepare(self) -> None:
        """Publish number 0 as of yesterday, so that the next publication is the compact copy of a new day."""
        publish_number(0, self.rows)
        folder = configured_warehouse().exports_folder
        [snapshot] = kept_snapshots(folder)
        name = snapshot.path.name.replace(str(snapshot.day), str(snapshot.day - timedelta(days=1)))
        snapshot.path.rename(folder / name)
        (folder / POINTER).write_text(json.dumps({"file": name, "version": snapshot.version}))
        (folder / LINK).unlink()
        (folder / LINK).symlink_to(name)

    def run(self, acknowledge: Acknowledge) -> None:
        """Publish the numbers that come after the newest one."""
        with writing() as con:
            [(newest,)] = con.execute("SELECT max(n) FROM numbers").fetchall()
        for number in range(newest, self.publications + 1):
            publish_number(number, self.rows)
            acknowledge(number)

    def violations(self, acknowledged: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong with the snapshots, and numbers that readers or the warehouse have lost or mixed."""
        newest = max(acknowledged, default=0)
        with reading() as con:
            published = con.execute("SELECT DISTINCT n FROM numbers").fetchall()
        with writing() as con:
            landed = con.execute("SELECT DISTINCT n FROM numbers").fetchall()
            if not has_table(con, "warehouse_info"):
                yield "the warehouse has lost the facts about itself"
        if len(published) != 1 or len(landed) != 1:
            yield f"half a landing: readers see {published}, the warehouse holds {landed}"
        elif not newest <= published[0][0] <= landed[0][0]:
            yield f"readers see {published[0][0]}, the warehouse has {landed[0][0]}, and {newest} was acknowledged"
        yield from snapshot_violations(1)

    def contents(self) -> Contents:
        """Return the number that readers see, with its rows."""
        with reading() as con:
            return {"numbers": con.sql("SELECT n, count(*) AS rows FROM numbers GROUP BY ALL").pl()}

    def leftovers(self) -> Iterator[str]:
        """Yield the unfinished files."""
        yield from leftover_files()
