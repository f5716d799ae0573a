"""Rows as text: the three JSON shapes of Elexon's answers, and CSV.

Belongs here: column names and their order, number formats. Not here: which rows are in an answer. It uses f-strings
because a week of FUELHH is 6,720 rows, and a general encoder takes several times as long.
"""

import re
from collections.abc import Iterable

from elexon_assets.simulator.formats import csv_text
from elexon_assets.simulator.rows import SOLAR, Dataset, Row

WIND_GENERATION, SOLAR_GENERATION = "Wind generation", "Solar generation"

PER_TYPE_HEADER = "PublishTime,BusinessType,PsrType,Quantity,StartTime,SettlementDate,SettlementPeriod"
AGWS_HEADER = f"Dataset,DocumentId,DocumentRevisionNumber,{PER_TYPE_HEADER}"
FUELHH_HEADER = "Dataset,PublishTime,StartTime,SettlementDate,SettlementPeriod,FuelType,Generation"
VALUE = re.compile(r',"(?:quantity|generation)":[^,}]*')


def per_type_json(rows: Iterable[Row], *, without_value: bool = False) -> str:
    """Return `{"metadata": ..., "data": [...]}` of /generation/actual/per-type/wind-and-solar."""
    return f'{{"metadata":{{"datasets":["AGWS"]}},"data":[{_wind_and_solar_json(rows, without_value)}]}}'


def dataset_json(dataset: Dataset, rows: Iterable[Row], *, without_value: bool = False) -> str:
    """Return `{"data": [...]}` of /datasets/AGWS and /datasets/FUELHH."""
    return f'{{"data":{stream_json(dataset, rows, without_value=without_value)}}}'


def stream_json(dataset: Dataset, rows: Iterable[Row], *, without_value: bool = False) -> str:
    """Return the bare array of the stream endpoints."""
    if dataset.name == "AGWS":
        return f"[{_wind_and_solar_json(rows, without_value, with_document=True)}]"
    return f"[{_fuels_json(rows, without_value)}]"


def per_type_csv(rows: Iterable[Row], *, without_value: bool = False) -> str:
    """Return CSV with a Pascal-case header, CRLF and three decimals."""
    return _csv_lines_text(
        PER_TYPE_HEADER, (_wind_and_solar_line(row) for row in rows), "Quantity" if without_value else None
    )


def dataset_csv(dataset: Dataset, rows: Iterable[Row], *, without_value: bool = False) -> str:
    """Return CSV with the columns of the dataset's JSON."""
    if dataset.name == "AGWS":
        lines = (f"AGWS,{row.document_id},{row.revision},{_wind_and_solar_line(row)}" for row in rows)
        return _csv_lines_text(AGWS_HEADER, lines, "Quantity" if without_value else None)
    lines = (
        f"FUELHH,{row.publish_time},{row.start_time},{row.settlement_date},{row.settlement_period},{row.series},"
        f"{'' if row.mw is None else row.mw}"
        for row in rows
    )
    return _csv_lines_text(FUELHH_HEADER, lines, "Generation" if without_value else None)


def _wind_and_solar_json(rows: Iterable[Row], without_value: bool, *, with_document: bool = False) -> str:
    text = ",".join(
        [
            f"{{{_document_json(document, revision) if with_document else ''}"
            f'"publishTime":"{publish}","businessType":"{SOLAR_GENERATION if series == SOLAR else WIND_GENERATION}",'
            f'"psrType":"{series}","quantity":{mw if mw == mw and mw is not None else _no_number(mw)},'
            f'"startTime":"{start}","settlementDate":"{date}","settlementPeriod":{period}}}'
            for _, series, mw, publish, start, date, period, document, revision, _ in rows
        ]
    )
    return VALUE.sub("", text) if without_value else text


def _fuels_json(rows: Iterable[Row], without_value: bool) -> str:
    text = ",".join(
        [
            f'{{"dataset":"FUELHH","publishTime":"{publish}","startTime":"{start}","settlementDate":"{date}",'
            f'"settlementPeriod":{period},"fuelType":"{series}",'
            f'"generation":{mw if mw == mw and mw is not None else _no_number(mw)}}}'
            for _, series, mw, publish, start, date, period, _, _, _ in rows
        ]
    )
    return VALUE.sub("", text) if without_value else text


def _document_json(document_id: str, revision: int) -> str:
    return f'"dataset":"AGWS","documentId":"{document_id}","documentRevisionNumber":{revision},'


def _no_number(mw: float | None) -> str:
    """Return a missing value as JSON. A literal NaN is what a careless encoder writes; a client must handle it."""
    return "null" if mw is None else "NaN"


def _wind_and_solar_line(row: Row) -> str:
    business_type = SOLAR_GENERATION if row.series == SOLAR else WIND_GENERATION
    quantity = "" if row.mw is None else f"{row.mw:.3f}"
    return (
        f"{row.publish_time},{business_type},{row.series},{quantity},{row.start_time},{row.settlement_date},"
        f"{row.settlement_period}"
    )


def _csv_lines_text(header: str, lines: Iterable[str], dropped: str | None) -> str:
    table = [line.split(",") for line in (header, *lines)]
    if dropped is not None:
        position = table[0].index(dropped)
        table = [cells[:position] + cells[position + 1 :] for cells in table]
    return csv_text(table)
