"""Pages loaded in rounds: which there are, who goes when, and what was taken.

Belongs here: sides and rounds. Not here: what painted means (`painted.py`), homes and servers (`page_homes.py`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from playwright.sync_api import Browser

from benchmarks.harness import report_spread
from benchmarks.painted import Painted, click_to, full_load, load, new_tab

BARE, YEARS, MONTH, CLICK, BUSY = "bare", "years", "month", "click", "busy"
"Sides: the page with one chart, both homes, a click in the first of them, the first while a backfill runs."
HEADINGS = {
    **{"overview": "Overview", "analysis": "Analysis", "explorer": "Explorer", "data_management": "Data management"},
    **{"pipeline_dashboard": "Dashboard", "projects": "Projects", "counterparties": "Counterparties"},
    **{"information_points": "Information points", "search": "Search", "bulk_edit": "Bulk edit"},
    **{"transfer": "Import and export", "runs": "Runs and backfills", "health": "Freshness and checks"},
    **{"alerts": "Alerts", "about": "About", "ask": "Ask"},
}
"Of what stands in the sidebar, by the name of its file."
RECORDS = {"project": "pipelines", "counterparty": "counterparties", "information_point": "information_points"}
"Pages of one record, and its kind; no link in the sidebar leads to them."
PAGES = [*HEADINGS, *RECORDS]
BARE_EVERY = 3
"One load of the bare page for so many of ours: all of it is one side."


class Loads:
    """`sites`: side to address; `records`: page to the id that it shows."""

    def __init__(self, browser: Browser, sites: Mapping[str, str], records: Mapping[str, str]) -> None:
        self._browser = browser
        self._sites = {BUSY: sites[YEARS], **sites}
        self._records = records
        self._seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def round(self, names: Sequence[str], sides: Sequence[str], *, counts: bool = True) -> None:
        """Each page once on each side, which take turns at being first."""
        for n, name in enumerate(names):
            for side in sides if n % 2 == 0 else reversed(sides):
                painted = full_load(self._browser, f"{self._sites[side]}/{self._address(name)}")
                self._note(side, name, painted, counts=counts)
            if n % BARE_EVERY == 0:
                side = f"{BUSY} {BARE}" if BUSY in sides else BARE
                self._note(side, BARE, full_load(self._browser, self._sites[BARE]), counts=counts)

    def clicks(self, names: Sequence[str], repeat: int) -> None:
        """Page after page in one tab; the first time round, which loads Plotly and the like, is not counted."""
        with new_tab(self._browser) as page:
            load(page, f"{self._sites[YEARS]}/{self._address(names[-1])}")
            for n in range(-1, repeat):
                for name in names:
                    painted = click_to(page, self._address(name), HEADINGS[name])
                    self._note(CLICK, name, painted, counts=n >= 0)

    def report(self, figure: str, names: Sequence[str], a: str, b: str) -> None:
        """By the same page of the other side, or by the one bare page that there is."""
        for name in names:
            report_spread(
                f"pages_{figure}_{name}", self._seconds[a, name], self._seconds[b, BARE if b == BARE else name]
            )

    def report_bare(self, figure: str, a: str) -> None:
        report_spread(f"pages_{figure}_{BARE}", self._seconds[f"{a} {BARE}", BARE], self._seconds[BARE, BARE])

    def _address(self, name: str) -> str:
        query = f"?id={self._records[name]}" if name in self._records else ""
        return f"{name.removeprefix('overview')}{query}"

    def _note(self, side: str, name: str, painted: Painted, *, counts: bool = True) -> None:
        self.errors += [f"{side} {name}: {error}" for error in painted.errors]
        if counts:
            self._seconds[side, name].append(painted.seconds)
