"""Kill work with SIGKILL, and prove after each kill that nothing was lost, doubled or half done.

The work is `renewables fetch-range` and an ingest window by window (against the simulator), submissions to the ledger
in SQLite and PostgreSQL, landings of the ledger, publications, and the writer of a lake on both kinds of catalogue.
Each kill happens in a new home. Three of four hit the work between two of its steps, which are statements that change a
database and changes of files: a random place in the code that it is about, each place once before any a second time.
Every fourth comes at a random moment between the start of the work and its usual duration. After it,
- everything opens: warehouse, ledger, every snapshot or version, Dagster's records;
- no key occurs twice, and nothing is there by half: a window with its log, a batch with all its changes;
- the pointer `current` names a complete snapshot, never an older one than readers were shown;
- whatever the process had acknowledged is there;
- the same work, run again, leads to the rows of a run without a kill, and leaves no unfinished file behind.

It prints one line per kind, and exits with 1 if any of this was broken. The line reads `kills_ledger_sqlite: kills=25
ended_before=2 acknowledged=731 violations=0 (usually 0.4 s, 21 s in all)`. Kinds that need a database of PostgreSQL
(`.ci/with-postgresql python -m benchmarks.kills`) or an extension of DuckDB are named if they cannot run; the others
share their kills. Places and moments depend on `--seed`, moments also on the speed of the machine.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.harness import simulator
from benchmarks.kills.elexon_work import FAULTS, FetchRange, Ingest
from benchmarks.kills.kinds import SHARES, split_kills
from benchmarks.kills.trials import Tally, kill_repeatedly

KILLS = 200
SHOWN = 5
"The violations of a kind that are printed in full."


def main(given: Sequence[str] | None = None) -> None:
    """Run the proof; `given` replaces the arguments of the command line."""
    names = [work.name for work in SHARES]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS, help="in all (default: %(default)d)")
    parser.add_argument("--seed", type=int, default=0, help="of the random choices (default: %(default)d)")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="KIND", help=", ".join(names))
    chosen = parser.parse_args(given)
    able = []
    for work in (work for work in SHARES if work.name in chosen.only):
        if reason := work.reason_not_to_run():
            print(f"kills_{work.name}: not run, because {reason}", flush=True)
        else:
            able.append(work)
    tallies = []
    with ExitStack() as stack:
        if any(isinstance(work, FetchRange | Ingest) for work in able):
            stack.enter_context(simulator(faults=FAULTS))
        for work, kills in split_kills(chosen.kills, able).items():
            started = time.monotonic()
            tallies.append(kill_repeatedly(work, kills, chosen.seed))
            print_tally(tallies[-1], time.monotonic() - started)
    broken = sum(len(tally.violations) for tally in tallies)
    print(f"kills: kills={sum(tally.killed for tally in tallies)} violations={broken}", flush=True)
    if broken:
        sys.exit(1)


def print_tally(tally: Tally, seconds: float) -> None:
    """Print the line of one kind, and its first violations below it."""
    print(
        f"kills_{tally.name}: kills={tally.killed} ended_before={tally.ended_before} "
        f"acknowledged={tally.acknowledged} violations={len(tally.violations)} "
        f"(usually {tally.usual_seconds:.1f} s, {seconds:.0f} s in all)",
        flush=True,
    )
    for sentence in tally.violations[:SHOWN]:
        print(f"  {sentence}", flush=True)


if __name__ == "__main__":
    main()
