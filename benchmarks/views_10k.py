"""Each view of the pipeline's dashboard on 10,000 projects, divided by the same view on 40.

- `views_10k_…` is the seconds of a full load in Chromium until it is painted. The target is at most 3.
- `views_10k_script_…` is one run of the page's script by AppTest, with empty caches in every second one. The target is
  at most 3 at p50; the first run after a publication waits for the warehouse's answers.
- `views_10k_list_…` is the same for the lists and forms of records, which read the ledger; it helps to read the others.

Each figure is the p50 and p95 of sides measured in turn. A table with one row per project, which is drawn page by page,
is equally long on both.
"""

import argparse
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboards
from benchmarks import portfolio
from benchmarks.harness import environment, in_new_process, report_spread, seconds, temporary_home
from benchmarks.page_homes import serve
from benchmarks.painted import chromium, full_load
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.schema import ledger_for_task
from renewables.dagster_control.processes import Supervisor

APP = Path(dashboards.__path__[0]) / "app.py"
TIMEOUT_SECONDS = 120
Taken = dict[tuple[str, str], list[float]]
"The seconds of each load, by page and side."
Page = tuple[str, Mapping[str, str]]
"A page: the name of its file, and its query parameters."
VIEWS: dict[str, Page] = {
    view.lower().replace(" ", "_"): ("pipeline_dashboard", {"view": view})
    for view in ("Capacity", "Outlook", "Map", "RAG", "RTB dates", "Risks")
}
LISTS: dict[str, Page] = {
    "projects": ("projects", {}),
    "new_project": ("projects", {"edit": "new"}),
    "counterparties": ("counterparties", {}),
    "information_points": ("information_points", {}),
    "search": ("search", {"q": "project 9"}),
    "bulk_edit": ("bulk_edit", {}),
    "project": ("project", {"id": "p7"}),
}


def fill(home: Path, projects: int) -> None:
    """Create a home with that many projects, landed."""
    home.mkdir()
    with environment(RENEWABLES_HOME=str(home)), ledger_for_task() as ledger:
        portfolio.fill(ledger, projects)
        land_changes(ledger)


def script_seconds(homes: Mapping[str, Path], pages: Mapping[str, Page], repeat: int) -> Taken:
    """Return the seconds of script runs by page and home; the first round is not counted."""
    logging.disable(logging.WARNING)  # Streamlit warns about every run without a server
    taken: Taken = defaultdict(list)
    for n in range(2 * repeat + 1):
        for name, (page, parameters) in pages.items():
            for side, home in homes.items():
                with environment(RENEWABLES_HOME=str(home)):
                    if n % 2:
                        st.cache_data.clear()
                        st.cache_resource.clear()
                    run = _run(page, parameters)
                if n:
                    taken[name, side].append(run)
    return dict(taken)


def _run(page: str, parameters: Mapping[str, str]) -> float:
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT_SECONDS)
    app.switch_page(f"app_pages/{page}.py")
    app.query_params.update(parameters)
    taken = seconds(app.run)
    assert not app.exception, app.exception
    return taken


def painted_seconds(homes: Mapping[str, Path], pages: Mapping[str, Page], repeat: int) -> Taken:
    """Return the seconds of full loads by page and home; the first round is not counted."""
    taken: Taken = defaultdict(list)
    with Supervisor(next(iter(homes.values())) / "logs") as servers, chromium() as browser:
        sites = {side: serve(servers, side, home) for side, home in homes.items()}
        for n in range(repeat + 1):
            for name, (page, parameters) in pages.items():
                query = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in parameters.items())
                for side, site in sites.items():
                    painted = full_load(browser, f"{site}/{page}?{query}")
                    assert not painted.errors, painted.errors
                    if n:
                        taken[name, side].append(painted.seconds)
    return dict(taken)


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--projects", type=int, default=10_000, help="projects of the large side (default: %(default)d)"
    )
    parser.add_argument("--few", type=int, default=40, help="projects of the small side (default: %(default)d)")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions of each side (default: %(default)d)")
    names = [*VIEWS, *LISTS]
    parser.add_argument("--pages", nargs="+", choices=names, default=names, metavar="PAGE", help="default: all")
    parser.add_argument("--no-browser", action="store_true", help="only script runs")
    chosen = parser.parse_args(given)
    nowhere = "http://127.0.0.1:9"
    with temporary_home() as home, environment(DAGSTER_URL=nowhere, ELEXON_BASE_URL=nowhere):
        homes = {"many": home / "many", "few": home / "few"}
        for side, projects in (("many", chosen.projects), ("few", chosen.few)):
            fill(homes[side], projects)
        about = f"{chosen.projects} projects by {chosen.few}"
        if not chosen.no_browser:
            views = {name: page for name, page in VIEWS.items() if name in chosen.pages}
            painted = painted_seconds(homes, views, chosen.repeat)
            for name in views:
                report_spread(f"views_10k_{name}", painted[name, "many"], painted[name, "few"], about=about)
        pages = {name: page for name, page in {**VIEWS, **LISTS}.items() if name in chosen.pages}
        scripts = in_new_process(script_seconds, homes, pages, chosen.repeat)
        for name in pages:
            figure = f"views_10k_{'script' if name in VIEWS else 'list'}_{name}"
            report_spread(figure, scripts[name, "many"], scripts[name, "few"], about=about)


if __name__ == "__main__":
    main()
