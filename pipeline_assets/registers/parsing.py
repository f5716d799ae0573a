"""One issue of a register: from the bytes of its file to typed rows that satisfy the contract.

Belongs here: matching columns by header, and the steps in their order. Not here: encodings (`file_text.py`), cells
(`typed_columns.py`), the contract (`contract.py`), the tables (`vintages.py`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
import polars as pl

from pipeline_assets.errors import RegisterUnreadable
from pipeline_assets.registers.contract import split_valid
from pipeline_assets.registers.file_text import RawTable, decode_text, read_cells
from pipeline_assets.registers.grid_coordinates import locate_records
from pipeline_assets.registers.record_columns import record_schema
from pipeline_assets.registers.register_model import CellKind, Register
from pipeline_assets.registers.typed_columns import clean_texts, months_come_first, typed_series


@dataclass(frozen=True)
class ParsedIssue:
    """The typed rows of an issue, the rows that cannot land, and what was unknown."""

    frame: pl.DataFrame
    "One row for each record, with the columns of `record_schema`."
    quarantined: pl.DataFrame
    "`row_number`, `reason`, `raw_json` of the other rows."
    encoding: str
    unknown_columns: list[str]
    unknown_words: list[str]
    "Each as `Technology Type: Wave Farm`."
    missing_columns: list[str]
    "Our names of the optional columns that this issue lacks: they are not compared with another issue."


def parse_issue(register: Register, content: bytes) -> ParsedIssue:
    """Return the rows of an issue. Raises RegisterUnreadable with a sentence if it cannot land."""
    text, encoding = decode_text(register, content)
    raw = read_cells(register, text)
    positions = _matched_columns(register, raw)
    known, unknown = _split_columns(raw, positions)
    texts = clean_texts(known)
    rows = texts.with_columns(raw.cells["row_number"]).filter(~pl.all_horizontal(pl.col(texts.columns).is_null()))
    if rows.is_empty():
        raise RegisterUnreadable(f"The {register.title} file has no records below its header row. Fetch it again.")
    typed = _typed_rows(register, rows)
    other = _other_columns(raw, unknown, rows["row_number"])
    good, bad = split_valid(register, typed.with_columns(other))
    return ParsedIssue(
        frame=good.select(list(record_schema(register))),
        quarantined=_quarantined_rows(raw, bad),
        encoding=encoding,
        unknown_columns=[raw.headers[int(position)] for position in unknown.columns if position != "row_number"],
        unknown_words=_unknown_words(register, good),
        missing_columns=[column.name for column in register.columns if column.name not in positions],
    )


def _matched_columns(register: Register, raw: RawTable) -> dict[str, str]:
    """Return the position of each column of ours. Raises RegisterUnreadable for a missing or doubled one."""
    by_header: dict[str, list[str]] = {}
    for position, header in enumerate(raw.headers):
        by_header.setdefault(header.casefold(), []).append(str(position))
    positions = {column.name: by_header.get(column.header.casefold(), []) for column in register.columns}
    doubled = [column.header for column in register.columns if len(positions[column.name]) > 1]
    if doubled:
        raise RegisterUnreadable(f"The {register.title} file has the column {doubled[0]!r} twice. Remove one of them.")
    missing = [column.header for column in register.columns if column.is_required and not positions[column.name]]
    if 2 * len(missing) > len(register.columns):
        beginning = ", ".join(map(repr, raw.headers[:3]))
        raise RegisterUnreadable(
            f"The file is not the CSV of the {register.title}: its first row begins with {beginning[:150]}, and it "
            f"lacks the columns {missing[0]!r} and {len(missing) - 1} more. Take the file as published, with commas "
            "between the cells. The earlier issue stays."
        )
    if missing:
        raise RegisterUnreadable(
            f"The {register.title} file lacks the column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(map(repr, missing))}. If the register has changed its headers, this version of gb-renewables "
            "cannot read it; otherwise take the file as published. The earlier issue stays."
        )
    return {name: matching[0] for name, matching in positions.items() if matching}


def _split_columns(raw: RawTable, positions: Mapping[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the known columns by our names, and the unknown ones that hold anything by position."""
    unknown = [name for name in raw.cells.columns if name != "row_number" and name not in positions.values()]
    others = clean_texts(raw.cells.select(unknown)) if unknown else raw.cells.select([])
    named = [name for name in unknown if not raw.headers[int(name)].startswith("column ") or others[name].count()]
    return (
        raw.cells.select(pl.col(position).alias(name) for name, position in positions.items()),
        pl.DataFrame([raw.cells["row_number"], *(others[name] for name in named)]),
    )


def _typed_rows(register: Register, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with typed columns, places and notes. Raises RegisterUnreadable for dates month first."""
    series: dict[str, pl.Series] = {"row_number": rows["row_number"]}
    notes: list[pl.Expr] = []
    for column in register.columns:
        texts = (
            rows[column.name]
            if column.name in rows.columns
            else pl.Series(column.name, [None] * len(rows), pl.String())
        )
        values, wrong = typed_series(column.kind, texts)
        if wrong:
            if column.kind is CellKind.DATE and months_come_first(texts):
                raise RegisterUnreadable(
                    f"The {register.title} file has dates with the month first in {column.header!r}, for example "
                    f"{next(iter(wrong))!r}. Take the file as published; the earlier issue stays."
                )
            sentences = texts.replace_strict(wrong, default=None, return_dtype=pl.String())
            notes.append((pl.lit(f"{column.header}: ") + pl.lit(sentences)).alias(f"note {len(notes)}"))
        series[column.name] = values.alias(column.name)
    frame = pl.DataFrame(series)
    if register.capacity_parts:
        frame = frame.with_columns(capacity_mw=pl.sum_horizontal(register.capacity_parts, ignore_nulls=False))
    if register.has_coordinates:
        places = locate_records(frame)
        frame = frame.with_columns(places["latitude"], places["longitude"])
        if places["place_note"].count():
            notes.append(pl.lit(places["place_note"]).alias("place note"))
    empty = pl.lit(None, pl.List(pl.String()))
    listed = pl.concat_list(notes).list.drop_nulls() if notes else empty
    return frame.with_columns(notes=listed).with_columns(notes=pl.when(pl.col("notes").list.len() > 0).then("notes"))


def _other_columns(raw: RawTable, unknown: pl.DataFrame, row_numbers: pl.Series) -> pl.Series:
    """Return the cells of the unknown columns as JSON by header, in the order of the rows; null without any."""
    columns = {name: raw.headers[int(name)] for name in unknown.columns if name != "row_number"}
    counts = Counter(columns.values())
    columns = {
        name: header if counts[header] == 1 else f"{header} (column {int(name) + 1})"
        for name, header in columns.items()
    }
    if not columns:
        return pl.Series("other_columns", [None] * len(row_numbers), pl.String())
    encoded = pl.struct(pl.col(name).alias(header) for name, header in columns.items()).struct.json_encode()
    by_row = unknown.select("row_number", other_columns=encoded)
    return row_numbers.to_frame().join(by_row, on="row_number", how="left", maintain_order="left")["other_columns"]


def _unknown_words(register: Register, frame: pl.DataFrame) -> list[str]:
    """Return the words that no vocabulary has; blanks and case do not count."""
    words = []
    for name, known in register.vocabularies.items():
        keys = {" ".join(word.casefold().split()) for word in known}
        texts = frame[name].drop_nulls()
        if name == register.technology_column:
            texts = texts.str.split(";").explode().str.strip_chars()
        for word in sorted(texts.unique().to_list()):
            if word and " ".join(word.casefold().split()) not in keys:
                words.append(f"{register.by_name[name].header}: {word}")
    return words


def _quarantined_rows(raw: RawTable, bad: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that cannot land, with the reason and their cells as JSON by header."""
    if bad.is_empty() and not raw.too_long:
        return pl.DataFrame(schema=_QUARANTINE)
    cells = bad.join(raw.cells, on="row_number", how="left", maintain_order="left")
    rows = [
        (row["row_number"], row["reason"], _json_object(raw.headers, [row[str(i)] for i in range(len(raw.headers))]))
        for row in cells.iter_rows(named=True)
    ]
    rows += [
        (number, f"has {len(row)} cells, and the header has {len(raw.headers)}", orjson.dumps(row).decode())
        for number, row in raw.too_long.items()
    ]
    return pl.DataFrame(rows, schema=_QUARANTINE, orient="row").sort("row_number")


_QUARANTINE = {"row_number": pl.Int64(), "reason": pl.String(), "raw_json": pl.String()}


def _json_object(headers: Sequence[str], cells: Sequence[str | None]) -> str:
    return orjson.dumps(
        {header: cell for header, cell in zip(headers, cells, strict=True) if cell is not None}
    ).decode()
