"""The records of one operator in a register, and the counterparty that it is or becomes.

Belongs here: which spellings are one operator, as people see them. Not here: sums by operator
(`register_operators.py`), the plan of taking over (`pipeline_assets/register_links/take_over.py`).
"""

from typing import Any

import polars as pl

from pipeline_assets.ledger.changes import Record
from pipeline_assets.register_links.operator_names import operator_key, spellings_by_key
from pipeline_assets.register_links.record_links import project_numbers_sql
from pipeline_assets.register_links.take_over import counterparties_alike, new_counterparty
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import ProjectRole
from renewables.queries.register_issues import register_connection
from renewables.queries.snapshot import Connection, query_frame
from renewables.user_errors import BadUsage


def operator_spellings(register: str, operator: str, con: Connection | None = None) -> list[str]:
    """Return the spellings of an operator in the newest issue, the most frequent first. Raises RegistersMissing."""
    with register_connection(con) as snapshot:
        names = query_frame(
            snapshot,
            "SELECT operator FROM register_current WHERE register = $register AND operator IS NOT NULL "
            "GROUP BY operator ORDER BY count(*) DESC, operator",
            {"register": register},
        )
    return spellings_by_key(names["operator"]).get(operator_key(operator), [])


def operator_records(register: str, operator: str, con: Connection | None = None) -> list[dict[str, Any]]:
    """Return the rows of the newest issue under any spelling of the operator, the largest first.

    Raises RegistersMissing.
    """
    with register_connection(con) as snapshot:
        spellings = operator_spellings(register, operator, snapshot)
        return query_frame(
            snapshot,
            f"SELECT *, {project_numbers_sql('record')} AS project_numbers FROM register_current AS record "
            "WHERE register = $register AND list_contains($spellings, operator) "
            "ORDER BY capacity_mw DESC NULLS LAST, name, record_id",
            {"register": register, "spellings": spellings or [""]},
        ).to_dicts()


def spelling_groups(operators: pl.DataFrame) -> pl.DataFrame:
    """Return the operators of a ranking that seem to be one company under several names, the largest first.

    Columns: operator (the name with the most MW), spellings (list), records, capacity_mw (of all spellings).
    """
    return (
        operators.with_columns(
            company=pl.Series([operator_key(name) for name in operators["operator"]], dtype=pl.String)
        )
        .sort("capacity_mw", "operator", descending=[True, False])
        .group_by("company", maintain_order=True)
        .agg(
            pl.col("operator").first(),
            spellings=pl.col("operator"),
            records=pl.col("records").sum(),
            capacity_mw=pl.col("capacity_mw").sum(),
        )
        .filter(pl.col("spellings").list.len() > 1)
        .sort("capacity_mw", descending=True)
        .drop("company")
    )


def chosen_role(text: str) -> ProjectRole:
    """Return the role of a project's counterparty by its name in any case. Raises BadUsage."""
    for role in ProjectRole:
        if role.casefold() == text.strip().casefold():
            return role
    raise BadUsage(f"There is no role {text!r}: choose {', '.join(ProjectRole)}.")


def operator_counterparty(portfolio: Portfolio, operator: str) -> Record | str:
    """Return the counterparty that has a spelling of the operator's name, or the archived or new one of its name."""
    same, _ = counterparties_alike(portfolio, operator)
    return same[0] if same else new_counterparty(portfolio, operator)
