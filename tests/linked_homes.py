"""Homes with a small portfolio and invented issues of both registers, for the tests of links between them."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import LandedIssue, land_issue
from warehouse.connection import writing

REPD_ROW = {
    **{"Ref ID": "8263", "Record Last Updated (dd/mm/yyyy)": "01/06/2026", "Site Name": "Harrow Fen Solar Farm"},
    **{"Operator (or Applicant)": "Fen Power Limited", "Technology Type": "Solar Photovoltaics"},
    **{"Installed Capacity (MWelec)": "49.9", "Development Status (short)": "Awaiting Construction"},
    **{"Development Status": "Planning Permission Granted", "Country": "England", "County": "Norfolk"},
    **{"X-coordinate": "518800", "Y-coordinate": "285300", "Planning Permission Expired": "01/03/2027"},
    **{"Planning Permission Granted": "01/03/2024", "Planning Application Reference": "22/01234/FUL"},
}
TEC_ROW = {
    **{"Project Name": "Harrow Fen", "Customer Name": "FEN POWER LIMITED", "Connection Site": "Walpole 400kV"},
    **{"MW Connected": "0", "MW Increase / Decrease": "50", "Cumulative Total Capacity (MW)": "50"},
    **{"MW Effective From": "2029-10-31", "Project Status": "Scoping", "Agreement Type": "Direct Connection"},
    **{"HOST TO": "NGET", "Plant Type": "PV Array (Photo Voltaic/solar)", "Project ID": "a0l4L00000000AAAAA"},
    **{"Project Number": "PRO-000001"},
}
ROWS = {"repd": REPD_ROW, "tec": TEC_ROW}


def issue_file(register: str, *rows: Mapping[str, str]) -> bytes:
    """Return a file of a register with all published headers; each row is completed from `ROWS`."""
    text = io.StringIO()
    headers = [column.header for column in REGISTERS[register].columns]
    writer = csv.DictWriter(text, headers, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**ROWS[register], **row} for row in rows)
    return text.getvalue().encode()


def land_register(home: Path, register: str, issue_date: date, *rows: Mapping[str, str]) -> LandedIssue:
    """Land an issue with these rows in the home."""
    open_warehouse = partial(writing, home / "warehouse.duckdb")
    return land_issue(open_warehouse, REGISTERS[register], issue_file(register, *rows), f"{register}.csv", issue_date)


def add_portfolio(home: Path, **facility: object) -> sa.Engine:
    """Create and land a project with one solar facility; `facility` has other values of its fields."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    fields = {"name": "Harrow Fen Solar", "technology": "Solar", "capacity_mwp": 60.0, **facility}
    project = {"name": "Harrow Fen", "status_date": "2026-01-01", "stage": "Construction", "rtb_date": "2028-01-01"}
    changes = [
        Change.create("pipelines", project, id="harrow"),
        Change.create("facilities", fields, id="harrow-plant"),
        Change.create("pipeline_facilities", {"pipeline_id": "harrow", "facility_id": "harrow-plant"}),
    ]
    submit(ledger, changes, actor=Actor.typed("tester"), token="portfolio")
    land_changes(ledger, partial(writing, home / "warehouse.duckdb"))
    return ledger
