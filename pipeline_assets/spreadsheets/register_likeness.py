"""Whether a file was made from a public register, also with other headers, fewer columns or another order.

Such a file is no portfolio: nearly every row would be an error, and its projects are somebody else's. It is recognised
by several kinds of evidence together (published headers, the registers' own words, grid coordinates, ids), because each
of them alone can be in a person's own list too.

Belongs here: the evidence, and the sentence that leads to the page Registers. Not here: what the registers declare
(`pipeline_assets/registers/declarations.py`), what becomes of the file (`import_plan.py`).
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

from pipeline_assets.errors import MadeFromRegister
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.spreadsheets.cells import is_blank, spelling_key
from pipeline_assets.spreadsheets.header_row import header_keys
from pipeline_assets.spreadsheets.raw_table import RawTable
from pipeline_assets.spreadsheets.sheet_columns import SHEETS
from pipeline_assets.spreadsheets.synonyms import WORDS
from pipeline_assets.vocabulary import Stage

ENOUGH = 3
"The points from which a file is called one of a register."
ENOUGH_WITH_ERRORS = 2
"The same for a file of which most rows cannot be imported: a column with the register's states is enough."
MANY_HEADERS = 4
"The published headers that are enough alone; a person's own list may have a few of them."
ROWS_JUDGED = 500
EVIDENCE_SHOWN = 3
SHARE = 0.8
"The share of a column's cells that must be words of a register."
LEAST_CELLS = 2
OWN_COLUMNS = frozenset({"rag", "rag_comment", "rtb_date", "status_date", "impact", "likelihood"})
"Columns of ours that no register has: their file is a person's own."
EVERYDAY_HEADERS = frozenset(
    map(spelling_key, ("Address", "Region", "County", "Post Code", "Stage", "Gate", "Operator"))
)
EVERYDAY_STATES = frozenset(("abandoned", "revised", "decommissioned", "scoping"))
"States that people use for their own projects too."
FULL_STATES = (
    *("Planning Application Submitted", "Planning Application Withdrawn", "Planning Permission Granted"),
    *("Planning Permission Refused", "Appeal Granted"),
)
"The words of REPD's full status that its short status has not."
REGISTERS_PAGE = (
    "The page Registers has all its records: link those of your own projects there, and take over others after review."
)
EVERYDAY_COLUMNS = frozenset({"country", "region"})
"The columns whose words count only beside other evidence: a person's own list has countries and regions too."
OTHER_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "repd": {
        "region": (
            *("East Midlands", "Eastern", "London", "North East", "North West", "Northern Ireland", "Offshore"),
            *("Scotland", "South East", "South West", "Wales", "West Midlands", "Yorkshire and Humber"),
        ),
        "storage type": ("Stand-alone Storage", "Co-located with RE", "Co-located with fossil fuel plant"),
    }
}
"The words of columns that may have others too, so that no issue is judged by them."
_TEC_ID = re.compile(r"a0[a-z0-9]{13}(?:[a-z0-9]{3})?(?:[/ -]\d+(?:\.0+)?)?", re.IGNORECASE)
_TEC_NUMBER = re.compile(r"PRO-\d{4,7}(?:-\d{1,2})?", re.IGNORECASE)
_METRES = re.compile(r"\d{4,7}(?:[.,]\d+)?")


@dataclass(frozen=True)
class Likeness:
    """What a file has in common with a register. `evidence` are parts of a sentence, the strongest first."""

    register: str
    points: int
    evidence: tuple[str, ...]

    def sentence(self) -> str:
        """Return what the file looks like, and why."""
        shown = _joined(self.evidence[:EVIDENCE_SHOWN])
        return f"The file looks as if it was made from the {REGISTERS[self.register].title}: {shown}."

    def refusal(self) -> MadeFromRegister:
        """Return the error that leads to the page Registers."""
        return MadeFromRegister(
            f"{self.sentence()} It is not a portfolio, and nothing was imported. {REGISTERS_PAGE} `renewables "
            f"registers list` lists them too, and `renewables registers add FILE --register {self.register}` keeps a "
            f"published file as an issue. If these are your own projects, write our stages ({', '.join(Stage)}) "
            "instead of the register's words.",
            self.register,
        )


def register_likeness(table: RawTable) -> Likeness | None:
    """Return the register that a file resembles most, or None if it resembles none or has columns of a portfolio."""
    columns = [sheet.column(name) for name in table.header for sheet in SHEETS.values()]
    if any(column is not None and column.name in OWN_COLUMNS for column in columns):
        return None
    cells = [
        [row[position].strip() for _, row in table.rows[:ROWS_JUDGED] if not is_blank(row[position])]
        for position in range(len(table.header))
    ]
    judged = [Likeness(name, *_sum_of(_evidence(name, table.header, cells))) for name in REGISTERS]
    best = max(judged, key=lambda each: each.points)
    return best if best.points >= ENOUGH_WITH_ERRORS else None


def _sum_of(evidence: Iterable[tuple[int, str]]) -> tuple[int, tuple[str, ...]]:
    pairs = sorted(evidence, key=lambda pair: -pair[0])
    return sum(points for points, _ in pairs), tuple(text for _, text in pairs)


def _evidence(register: str, header: Sequence[str], cells: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Return the points of each kind of evidence, with a part of a sentence."""
    evidence = []
    published = [name for name in header if not _distinctive_headers(register).isdisjoint(header_keys(name))]
    if published:
        names = ", ".join(f"“{name}”" for name in published[:3])
        points = 3 if len(published) >= MANY_HEADERS else int(len(published) > 1)
        evidence.append((points, f"it has the header{'s' * (len(published) > 1)} {names}"))
    known, distinctive = _states(register)
    for worth, own in ((2, distinctive), (1, known & EVERYDAY_STATES)):
        if state := _column_of_words(header, cells, known, own):
            evidence.append((worth, f"the column “{state[0]}” has its states, such as “{state[1]}”"))
            break
    known, distinctive = _technologies(register)
    if technology := _column_of_words(header, cells, known, distinctive, least=1, split=True):
        evidence.append((1, f"the column “{technology[0]}” has its technologies, such as “{technology[1]}”"))
    if register == "tec":
        evidence += [(2, f"the column “{name}” has its ids") for name in _columns_of_ids(header, cells)[:1]]
    elif _has_grid_coordinates(cells):
        evidence.append((1, "it has coordinates of the national grid"))
    points = sum(each for each, _ in evidence)
    for name, words in {**REGISTERS[register].words, **OTHER_WORDS.get(register, {})}.items():
        keys = frozenset(map(spelling_key, words))
        if name in EVERYDAY_COLUMNS and points < ENOUGH_WITH_ERRORS:
            continue
        if word := _column_of_words(header, cells, keys, keys):
            evidence.append((1, f"the column “{word[0]}” has its words for {name.replace('_', ' ')}"))
    return evidence


@cache
def _distinctive_headers(register: str) -> frozenset[str]:
    """Return the keys of published headers that no sheet of ours has, and that are no everyday words."""
    ours = frozenset().union(*(sheet.header_names.known for sheet in SHEETS.values()))
    published = {key for column in REGISTERS[register].columns for key in header_keys(column.header)}
    return frozenset(published - ours - EVERYDAY_HEADERS - _own_stages())


@cache
def _own_stages() -> frozenset[str]:
    return frozenset(spelling_key(word) for stage in Stage for word in (stage, *WORDS[Stage].get(stage, ())))


@cache
def _states(register: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of all states of a register, and of those that people seldom use for their own projects."""
    states = frozenset(map(spelling_key, (*REGISTERS[register].statuses, *(FULL_STATES if register == "repd" else ()))))
    return states, states - _own_stages() - EVERYDAY_STATES


@cache
def _technologies(register: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of all technologies of a register, and of those whose spelling is the register's own."""
    declared = REGISTERS[register]
    known = frozenset(map(spelling_key, declared.vocabularies[declared.technology_column]))
    everyday = {"solarpv", "battery", "windonshore", "windoffshore", "hydrogen", "energystoragesystem"}
    return known, known - everyday


def _column_of_words(
    header: Sequence[str],
    cells: Sequence[Sequence[str]],
    known: Collection[str],
    distinctive: Collection[str],
    *,
    least: int = LEAST_CELLS,
    split: bool = False,
) -> tuple[str, str] | None:
    """Return the header and a distinctive word of the first column that consists of known words.

    At least `least` of its cells have distinctive words; with `split` a cell may join several words by `;`.
    """
    for name, column in zip(header, cells, strict=True):
        if len(column) < LEAST_CELLS:
            continue
        keys = [[spelling_key(part) for part in (cell.split(";") if split else [cell])] for cell in column]
        own = [cell for cell, parts in zip(column, keys, strict=True) if any(part in distinctive for part in parts)]
        if len(own) >= least and sum(all(part in known for part in parts) for parts in keys) >= SHARE * len(column):
            return name, own[0]
    return None


def _columns_of_ids(header: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    """Return the headers of columns with ids of TEC; one that we call so is of a person's own file."""
    ours = {"facility_tec_project_id"}
    return [
        name
        for name, column in zip(header, cells, strict=True)
        if len(column) >= LEAST_CELLS
        and any(_consists_of(column, pattern.fullmatch) for pattern in (_TEC_ID, _TEC_NUMBER))
        and not any((own := sheet.column(name)) is not None and own.name in ours for sheet in SHEETS.values())
    ]


def _consists_of(column: Sequence[str], accepts: Callable[[str], object]) -> bool:
    return sum(accepts(cell) is not None for cell in column) >= SHARE * len(column)


def _has_grid_coordinates(cells: Sequence[Sequence[str]]) -> bool:
    """Return whether two columns hold metres that can be eastings and northings of the United Kingdom."""
    middles = [
        median(float(cell.replace(",", ".")) for cell in column if _METRES.fullmatch(cell))
        for column in cells
        if len(column) >= LEAST_CELLS and _consists_of(column, _METRES.fullmatch)
    ]
    return any(50_000 < middle < 660_000 for middle in middles) and sum(50_000 < m < 1_220_000 for m in middles) >= 2


def _joined(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
