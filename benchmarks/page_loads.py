"""Pages loaded in rounds: which pages, on which sides, in which order, and the seconds of each load.

Belongs here: sides and rounds. Not here: when a page is painted (`painted.py`), homes and servers (`page_homes.py`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from playwright.sync_api import Browser

from benchmarks.harness import report_spread
from benchmarks.painted import Painted, click_to, full_load, load, new_tab

BARE, YEARS, MONTH, CLICK, BUSY = "bare", "years", "month", "click", "busy"
"The sides: the one-chart page, the two homes, a click in the first home, and the first home during a backfill."
HEADINGS = {
    **{"overview": "Overview", "analysis": "Analysis", "value": "Value", "forecast": "Forecast"},
    **{"explorer": "Explorer", "data_management": "Coverage"},
    **{"pipeline_dashboard": "Pipeline", "projects": "Projects", "counterparties": "Counterparties"},
    **{"changes": "Changes", "milestones": "Milestones", "todo": "To do"},
    **{"information_points": "Information points", "search": "Search", "bulk_edit": "Bulk edit"},
    **{"registers": "Registers"},
    **{"transfer": "Import", "runs": "Runs", "health": "Checks"},
    **{"alerts": "Alerts", "access": "Access", "dictionary": "Dictionary", "about": "About", "ask": "Ask"},
}
"The heading of each page in the sidebar, by the name of its file."
RECORDS = {
    **{"project": "pipelines", "counterparty": "counterparties"},
    **{"information_point": "information_points", "milestone": "milestones"},
}
"The pages of one record, with its kind; the sidebar has no link to them."
PAGES = [*HEADINGS, *RECORDS]
BARE_EVERY = 3
"The number of our page loads per load of the bare page, because the bare page is one side for all pages."


class Loads:
    """The timed loads of all pages; `sites` maps a side to its address, `records` a page to its record's id."""

    def __init__(self, browser: Browser, sites: Mapping[str, str], records: Mapping[str, str]) -> None:
        """Take the browser, the addresses and the record ids of the loads."""
        self._browser = browser
        self._sites = {BUSY: sites[YEARS], **sites}
        self._records = records
        self._seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._charts: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def round(self, names: Sequence[str], sides: Sequence[str], *, counts: bool = True) -> None:
        """Load each page once on each side; the sides alternate in being first."""
        for n, name in enumerate(names):
            for side in sides if n % 2 == 0 else reversed(sides):
                painted = full_load(self._browser, f"{self._sites[side]}/{self._address(name)}")
                self._note(side, name, painted, counts=counts)
            if n % BARE_EVERY == 0:
                side = f"{BUSY} {BARE}" if BUSY in sides else BARE
                self._note(side, BARE, full_load(self._browser, self._sites[BARE]), counts=counts)

    def clicks(self, names: Sequence[str], repeat: int) -> None:
        """Click through the pages in one tab, without counting the first round, which loads Plotly and similar."""
        with new_tab(self._browser) as page:
            load(page, f"{self._sites[YEARS]}/{self._address(names[-1])}")
            for n in range(-1, repeat):
                for name in names:
                    painted = click_to(page, self._address(name), HEADINGS[name])
                    self._note(CLICK, name, painted, counts=n >= 0)

    def report(self, figure: str, names: Sequence[str], a: str, b: str) -> None:
        """Print each page's figure, divided by the same page of the other side or by the one bare page."""
        for name in names:
            report_spread(
                f"pages_{figure}_{name}", self._seconds[a, name], self._seconds[b, BARE if b == BARE else name]
            )

    def report_charts(self, names: Sequence[str], a: str) -> None:
        """Print the time to the first chart of each page that has one, divided by that of the bare page."""
        for name in names:
            if self._charts[a, name]:
                report_spread(f"pages_chart_{name}", self._charts[a, name], self._charts[BARE, BARE])

    def report_bare(self, figure: str, a: str) -> None:
        """Print the figure of the bare page."""
        report_spread(f"pages_{figure}_{BARE}", self._seconds[f"{a} {BARE}", BARE], self._seconds[BARE, BARE])

    def _address(self, name: str) -> str:
        query = f"?id={self._records[name]}" if name in self._records else ""
        return f"{name.removeprefix('overview')}{query}"

    def _note(self, side: str, name: str, painted: Painted, *, counts: bool = True) -> None:
        self.errors += [f"{side} {name}: {error}" for error in painted.errors]
        if counts:
            self._seconds[side, name].append(painted.seconds)
            if painted.first_chart_seconds is not None:
                self._charts[side, name].append(painted.first_chart_seconds)
