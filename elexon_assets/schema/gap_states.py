"""The state of every missing half-hour, from the fetch log and the data, as views.

Belongs here: the rule of each state. Not here: their words (`flag_vocabulary.py`), fetching again (`missing_days.py`).
A half-hour is missing when it lacks one of the categories that are always published. The grid runs from the first day
that can be requested to now: a half-hour without any request is a gap too, with its own state.
"""

from datetime import UTC, datetime, time, timedelta

from elexon_assets.dataset_model import Dataset
from elexon_assets.flag_vocabulary import FAILED, KNOWN_GAP, NOT_ASKED, NOT_PUBLISHED, SET_ASIDE, TOO_RECENT
from elexon_assets.schema.aggregates import complete_half_hours_sql, utc_day
from elexon_assets.schema.series import raw_series_sql
from elexon_assets.schema.time_macros import as_of_sql
from elexon_assets.settlement import HALF_HOUR
from warehouse.settings import Settings

ACCEPTED_GAPS = [
    """CREATE TABLE IF NOT EXISTS accepted_gaps (
    dataset VARCHAR, day_utc DATE, reason VARCHAR, accepted_by VARCHAR, accepted_at_utc TIMESTAMPTZ
)""",
    *(
        f"ALTER TABLE accepted_gaps ADD COLUMN IF NOT EXISTS {column}"  # these columns were added later
        for column in ("withdrawn_because VARCHAR", "withdrawn_by VARCHAR", "withdrawn_at_utc TIMESTAMPTZ")
    ),
]
"The DDL of the days whose missing half-hours a person accepted as known gaps."

ANSWERS_OF_A_KNOWN_GAP = 2
"""The number of answers: one may be a bad day at the source; a second one without the half-hour is a gap in the record.
"""


def gap_statements(dataset: Dataset) -> list[str]:
    """Return the DDL: `X_gaps_at(instant)` as of then, `X_gaps` as of now, `X_gaps_daily` half-hours by UTC day."""
    name, settings = dataset.name, Settings()
    return [
        f"CREATE OR REPLACE MACRO {name}_gaps_at(instant) AS TABLE "
        f"{_gaps_view(dataset, settings, as_of_sql('instant'))}",
        # The text is repeated instead of calling the macro: a copied view must not depend on objects that are copied
        # after it.
        f"CREATE OR REPLACE VIEW {name}_gaps AS {_gaps_view(dataset, settings, 'now()')}",
        f"""CREATE OR REPLACE VIEW {name}_gaps_daily AS
            SELECT {utc_day("start_time_utc")} AS day_utc, state, count(*) AS half_hours
            FROM {name}_gaps GROUP BY ALL""",
    ]


def _gaps_view(dataset: Dataset, settings: Settings, instant: str) -> str:
    """Return SQL with one row per missing half-hour.

    Columns: start_time_utc, state, detail, asked_at_utc (of the last request that covered it).
    """
    first_us = _microseconds(datetime.combine(settings.first_day, time(), UTC) - datetime(1970, 1, 1, tzinfo=UTC))
    lag_us, half_hour_us = _microseconds(dataset.publication_lag), _microseconds(HALF_HOUR)
    long_after_us = _microseconds(timedelta(days=settings.known_gap_days))
    raw_series = raw_series_sql(dataset, "raw_json")
    start_field = dataset.columns["start_time_utc"].elexon_field
    # A row may be in quarantine because it lacks its zone, and the reader's zone must not decide which half-hour it is.
    has_zone = r"regexp_matches(start_time, 'T.*(Z|[+-]\d\d(:?\d\d)?)$')"
    return f"""
    WITH moment AS (
        SELECT epoch_us({instant}) AS now_us
    ), grid AS (
        SELECT unnest(range({first_us}, now_us, {half_hour_us})) AS at_us FROM moment
    ), there AS (
        SELECT epoch_us(start_time_utc) AS at_us FROM ({complete_half_hours_sql(dataset)})
    ), missing AS (
        SELECT at_us FROM grid ANTI JOIN there USING (at_us)
    ), aside AS (
        SELECT epoch_us(try_cast(start_time || CASE WHEN {has_zone} THEN '' ELSE '+00' END AS TIMESTAMPTZ)) AS at_us,
            string_agg(DISTINCT ({raw_series}) || ': ' || reason, '; ') AS reasons
        FROM (SELECT *, raw_json ->> '$.{start_field}' AS start_time FROM quarantine) WHERE dataset = '{dataset.name}'
            AND list_contains({list(dataset.always_published)}, {raw_series})
        GROUP BY 1
    ), asked AS (
        SELECT at_us, max(asked_us) AS asked_us, arg_max(status, asked_us) AS last_status,
            arg_max(error, asked_us) AS last_error,
            count(*) FILTER (status <> 'failed' AND asked_us >= at_us + {lag_us}) AS answers,
            count(*) FILTER (status <> 'failed' AND asked_us >= at_us + {long_after_us}) AS answers_long_after
        FROM missing JOIN (
            SELECT epoch_us(window_start_utc) AS from_us, epoch_us(window_end_utc) AS to_us,
                epoch_us(asked_at_utc) AS asked_us, status, error
            FROM fetch_log WHERE dataset = '{dataset.name}'
        ) AS log ON at_us >= from_us AND at_us < to_us
        GROUP BY at_us
    ), accepted AS (
        SELECT day_utc - DATE '1970-01-01' AS day,
            arg_max('accepted by ' || accepted_by || ': ' || reason, accepted_at_utc) AS accepted
        FROM accepted_gaps CROSS JOIN moment
        WHERE dataset = '{dataset.name}' AND epoch_us(accepted_at_utc) <= now_us
            AND coalesce(epoch_us(withdrawn_at_utc) > now_us, TRUE)
        GROUP BY day
    )
    SELECT make_timestamptz(at_us) AS start_time_utc,
        CASE
            WHEN at_us + {lag_us} > now_us THEN '{TOO_RECENT.name}'
            WHEN accepted IS NOT NULL THEN '{KNOWN_GAP.name}'
            WHEN reasons IS NOT NULL THEN '{SET_ASIDE.name}'
            WHEN answers_long_after >= {ANSWERS_OF_A_KNOWN_GAP} THEN '{KNOWN_GAP.name}'
            WHEN last_status = 'failed' THEN '{FAILED.name}'
            WHEN answers > 0 THEN '{NOT_PUBLISHED.name}'
            ELSE '{NOT_ASKED.name}'
        END AS state,
        CASE state
            WHEN '{SET_ASIDE.name}' THEN reasons
            WHEN '{FAILED.name}' THEN last_error
            WHEN '{KNOWN_GAP.name}' THEN coalesce(accepted, answers_long_after || ' answers lack it')
        END AS detail,
        make_timestamptz(asked_us) AS asked_at_utc
    FROM missing CROSS JOIN moment LEFT JOIN aside USING (at_us) LEFT JOIN asked USING (at_us)
        LEFT JOIN accepted ON accepted.day = at_us // {_microseconds(timedelta(days=1))}"""


def _microseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
