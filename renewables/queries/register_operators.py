"""The operators of the public registers, ranked by MW.

Belongs here: sums by operator. Not here: which of them are counterparties, and taking over their projects.
"""

from dataclasses import dataclass

import polars as pl

from renewables.queries.register_issues import register_connection
from renewables.queries.registers import RegisterFilter, condition_of, matching_sql
from renewables.queries.snapshot import Connection, query_frame


@dataclass(frozen=True)
class OperatorRanking:
    """The operators of the matching records by MW.

    `operators`: rank, register, operator, records, capacity_mw, technologies (by MW), records_without_capacity.
    `stages`: operator, status_group, records, capacity_mw of these. `total` is the number of operators; records without
    an operator are not counted.
    """

    operators: pl.DataFrame
    stages: pl.DataFrame
    total: int


def operator_ranking(
    wanted: RegisterFilter | None = None, *, limit: int | None = None, con: Connection | None = None
) -> OperatorRanking:
    """Return the operators of one register, or of each, with the most MW first.

    Spellings that differ in case, blanks or accents are one operator, under its most frequent spelling. Raises as
    `register_records`.
    """
    sql = condition_of(wanted or RegisterFilter())
    with register_connection(con) as snapshot:
        snapshot.execute(
            f"CREATE OR REPLACE TEMP TABLE operator_records AS {_RECORDS.format(matching_sql(sql))}", sql.values
        )
        try:
            operators = query_frame(snapshot, f"{_OPERATORS} {'' if limit is None else f'LIMIT {int(limit)}'}")
            stages = query_frame(snapshot, _STAGES)
            [(total,)] = snapshot.execute(
                "SELECT count(DISTINCT (register, key)) FROM temp.operator_records"
            ).fetchall()
        finally:
            snapshot.execute("DROP TABLE temp.operator_records")
    shown = operators.select("register", "key", "operator")
    stages = shown.join(stages, on=["register", "key"], maintain_order="left").drop("key")
    return OperatorRanking(operators.drop("key"), stages, int(total))


_RECORDS = r"""SELECT register, regexp_replace(trim(strip_accents(lower(operator))), '\s+', ' ', 'g') AS key, operator,
    technology, status_group, capacity_mw
FROM {} WHERE trim(coalesce(operator, '')) <> ''"""
_OPERATORS = """WITH technologies AS (
    SELECT register, key, list(technology ORDER BY mw DESC, technology) AS technologies FROM (
        SELECT register, key, technology, coalesce(sum(capacity_mw), 0) AS mw FROM temp.operator_records GROUP BY ALL)
    GROUP BY ALL
)
SELECT row_number() OVER (PARTITION BY register ORDER BY capacity_mw DESC, key) AS rank, register, operator, records,
    capacity_mw, technologies, records_without_capacity, key
FROM (
    SELECT register, key, mode(operator) AS operator, count(*) AS records, coalesce(sum(capacity_mw), 0) AS capacity_mw,
        count(*) FILTER (capacity_mw IS NULL) AS records_without_capacity
    FROM temp.operator_records GROUP BY ALL) JOIN technologies USING (register, key)
ORDER BY register, rank"""
_STAGES = """SELECT register, key, status_group, count(*) AS records, coalesce(sum(capacity_mw), 0) AS capacity_mw
FROM temp.operator_records GROUP BY ALL ORDER BY register, key, status_group"""
