"""Every page of the dashboard, in Chromium and by AppTest, on ten years of both half-hourly datasets and 40 projects.

- `pages_load_…` is the seconds of a full load until it is painted (`painted.py`), divided by those of a page with one
  line chart. The target is at most 2.0.
- `pages_chart_…` is the seconds until the first chart of a page has marks, divided by those of the page with one line
  chart. The target is at most 1.5.
- `pages_years_…` is a full load, divided by one of the same page on a home with one month. The target is at most 1.5.
- `pages_click_…` is the time from a click in the sidebar until it is painted, divided by a full load. The target is at
  most 0.5.
- `pages_script_…` is one run of its script by AppTest, divided by one run of the page with one chart. The target is at
  most 3.
- `pages_backfill_…` is a full load while a backfill of `--years` runs, divided by one without a backfill. The target is
  at most 1.5 and no error.
- `pages_backfill_bare` is the same for the page with one chart, which does not depend on the backfill; it helps to read
  the others.

Each figure is the p50 and p95 of sides measured in turn. Webserver and daemon run all the time. Every second round is
on a snapshot with nothing cached, so the p95 of few rounds comes from those. The benchmark takes about eight minutes on
an idle machine.
"""

import argparse
import sys
from collections.abc import Sequence

from benchmarks import daemon, page_homes, script_runs
from benchmarks.harness import environment, in_new_process, report_spread, simulator, temporary_home
from benchmarks.page_loads import BARE, BUSY, CLICK, HEADINGS, MONTH, PAGES, RECORDS, YEARS, Loads
from benchmarks.painted import chromium
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.windows import Window
from pipeline_assets.access import Actor
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.processes import Supervisor

A_MONTH = 30 / 365.25
BUSY_ROUNDS = 1


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark and exit with 1 if a page showed an error.

    `given` replaces the arguments of the command line.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, default=10.0, help="of both datasets (default: %(default)g)")
    parser.add_argument("--repeat", type=int, default=2, help="repetitions of each side (default: %(default)d)")
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=PAGES, metavar="PAGE", help="default: all")
    parser.add_argument("--no-backfill", action="store_true")
    parser.add_argument("--no-browser", action="store_true", help="only script runs")
    chosen = parser.parse_args(given)
    names, repeat = chosen.pages, chosen.repeat
    with simulator(), temporary_home() as home:
        span = page_homes.years_to_now(chosen.years)
        page_homes.fill(home, span)
        records = page_homes.first_of_each(home, RECORDS)
        with daemon.running(home) as settings, environment(DAGSTER_URL=str(settings.dagster_url)):
            page_homes.fetch_a_day(settings, span.days[-1])
            parameters = {name: {"id": records[name]} if name in records else {} for name in names}
            taken = in_new_process(script_runs.run, parameters, 2 * repeat)
            for name in names:
                report_spread(f"pages_script_{name}", taken[name], taken[BARE])
            if chosen.no_browser:
                return
            page_homes.fill(home / MONTH, page_homes.years_to_now(min(A_MONTH, chosen.years)))
            (home / MONTH / "dagster").symlink_to(home / "dagster")  # one Dagster answers for both homes
            with Supervisor(home / "logs") as servers, chromium() as browser:
                homes = {YEARS: home, MONTH: home / MONTH}
                sites = {side: page_homes.serve(servers, side, at) for side, at in (homes | {BARE: None}).items()}
                loads = Loads(browser, sites, records)
                for n in range(-1, repeat):  # the first round is not counted: servers import what the pages need
                    if n % 2 == 0:
                        for at in homes.values():
                            page_homes.publish_again(at)
                    loads.round(names, (YEARS, MONTH), counts=n >= 0)
                loads.report("load", names, YEARS, BARE)
                loads.report_charts(names, YEARS)
                loads.report("years", names, YEARS, MONTH)
                loads.clicks([name for name in names if name in HEADINGS], repeat)
                loads.report("click", [name for name in names if name in HEADINGS], CLICK, YEARS)
                if not chosen.no_backfill:
                    _during_a_backfill(loads, names, DagsterClient(str(settings.dagster_url)), span)
    print(f"pages: {len(loads.errors)} error boxes", *sorted(set(loads.errors)), sep="\n  ")
    if loads.errors:
        sys.exit(1)


def _during_a_backfill(loads: Loads, names: Sequence[str], dagster: DagsterClient, span: Window) -> None:
    """Measure during a backfill that begins before the first load and must outlast the last."""
    days = span.days
    launched = dagster.launch_backfill(
        [WIND_AND_SOLAR], days[0], days[-1], requested_by="benchmark", actor=Actor.typed("benchmark")
    )
    page_homes.wait_for_a_run(dagster, launched.id)
    for _ in range(BUSY_ROUNDS):
        loads.round(names, (BUSY,))
    loads.report("backfill", names, BUSY, YEARS)
    loads.report_bare("backfill", BUSY)
    assert not dagster.backfill_runs(launched.id)[0], "the backfill ended before the pages were loaded: use more years"


if __name__ == "__main__":
    main()
