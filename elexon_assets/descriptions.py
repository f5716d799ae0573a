"""The meaning of Elexon's tables, views, macros and columns, for the catalogue, the data dictionary and the assistant.

Belongs here: one sentence for each relation and for each column that a dataset's declaration does not describe. Not
here: the columns of a dataset (`datasets.py`), the SQL (`schema/`). This module imports neither Dagster nor Pandera.
"""

from elexon_assets.dataset_model import SERIES, Dataset, Role
from elexon_assets.datasets import BY_NAME
from elexon_assets.flag_vocabulary import GAP_STATES, REASONS

CURRENT, PUBLICATIONS, AS_OF, KNOWN_AT = "", "_publications", "_as_of", "_known_at"
OWN_COLUMNS = (CURRENT, PUBLICATIONS, AS_OF, KNOWN_AT)
"The suffixes of the relations that have a dataset's own columns."

OF_VIEWS = {
    CURRENT: "Current value of each {row}.",
    PUBLICATIONS: "Every value that was ever published.",
    "_daily": "By settlement day and {category}: energy, mean and peak MW, coverage 0-1, flagged share 0-1.",
    "_monthly": "By month of the settlement date and {category}: as _daily.",
    "_coverage": "By UTC day: complete half-hours of 48.",
    "_flagged": "Half-hours with a flagged value, with the reasons.",
    "_gaps": "Half-hours that are missing, and why. The grid runs from 2016 to now, whether requested or not.",
    "_gaps_daily": "Missing half-hours by UTC day and why.",
    "_outside_soft_limits": "Values that are unlikely: kept, and counted.",
    "_capacity_daily": "By settlement day: energy, mean installed MW, capacity factor 0-1.",
    "_by_time": "Installed capacity as linear segments: from_mw at from_utc, changing by mw_per_second until the next.",
    AS_OF: "As published by an instant.",
    KNOWN_AT: "As ingested by an instant.",
    "_gaps_at": "Gaps as of an instant.",
    "_capacity_factors": "Energy, mean installed MW and capacity factor 0-1 of [start_utc, end_utc).",
    "_at": "MW installed at an instant, interpolated between the yearly values.",
}
"The meaning of a relation by the suffix after the dataset's name."

CAVEATS_OF_VIEWS = {
    PUBLICATIONS: "Never add these up: a revised value is here several times.",
    "_daily": "A day without data is a row without energy: a gap is not zero. See coverage.",
    "_monthly": "The energy is of the half-hours with data: see coverage.",
    AS_OF: "A day means its end. The flags of values are today's.",
    KNOWN_AT: "Empty before the first fetch.",
}
"What to beware of, by the suffix after the dataset's name."

OTHERS = {
    "understated_wind": "Half-hours with wind flagged as understated; estimated_missing_mwh is a lower bound, never "
    "added to a total.",
    "flags": "Every flag that was ever raised, open or closed.",
    "open_flags": "Every current flag; reason is one of " + ", ".join(reason.name for reason in REASONS) + ".",
    "fetch_log": "Each request to Elexon and its outcome.",
    "accepted_gaps": "Days that a person accepted as a known gap, with the reason; in force while withdrawn_at_utc "
    "is null.",
    "quarantine": "Quarantined rows, with the reason and the raw JSON.",
    "settlement_days": "The calendar, 2016 to 2040.",
    "soft_limits": "The limits beyond which a value is unlikely; it is kept, and counted.",
    "unknown_series": "Series that landed although they are not declared: kept, and in no total.",
    "warehouse_info": "Facts about the warehouse file itself.",
}
"The meaning of the relations that belong to no dataset, or to several."

DESCRIPTIONS = {
    "settlement_date": "Europe/London civil day, computed from the start time.",
    "settlement_period": "1 to 46, 48 or 50, computed from the start time.",
    "elexon_settlement_date": "Elexon's own label, only where it disagrees.",
    "elexon_settlement_period": "Elexon's own label, only where it disagrees.",
    SERIES: "Name of the series: the values of its dimensions, joined.",
    "ingested_at_utc": "When the row landed here, UTC.",
    "source": "elexon; recorded, recorded-inferred (publish time inferred) or synthetic from a stand-in; or the host "
    "that answered, if it is not Elexon's.",
    "start_time_utc": "Start of the half-hour, UTC.",
    "day_utc": "UTC day, the unit of the partitions.",
    "month": "First day of the calendar month of the settlement dates.",
    "dataset": "Name of the dataset.",
    "category": "PSR type or fuel type of the value.",
    "energy_mwh": "Sum of MW x 0.5 h over the half-hours with data.",
    "mean_mw": "Mean of the half-hours with data.",
    "peak_mw": "Greatest half-hour.",
    "half_hours": "Number of half-hours with data.",
    "half_hours_expected": "Number of half-hours that the calendar and the series' lifetime have.",
    "coverage": "half_hours / half_hours_expected.",
    "half_hours_flagged": "Number of half-hours whose value is flagged.",
    "flagged_share": "Flagged share of the published half-hours.",
    "half_hours_outside_soft_limits": "Number of half-hours with an unlikely value.",
    "capacity_mw": "Mean installed capacity of the half-hours with data; it includes embedded and planned plant.",
    "capacity_factor": "Energy over what the installed capacity makes in the same half-hours.",
    "reasons": "Names of the rules that flagged the value.",
    "reason": "Why the value is flagged: the name of the rule that raised the flag.",
    "detail": "The figures that the rule used.",
    "found_at_utc": "When the flag was raised, UTC.",
    "closed_at_utc": "When its cause was gone, UTC; null while the flag is open.",
    "state": "Why the half-hour is missing: " + ", ".join(state.name for state in GAP_STATES) + ".",
    "asked_at_utc": "When Elexon was last asked for it, UTC.",
    "low_mw": "Lower soft limit; null without one.",
    "high_mw": "Upper soft limit.",
    "from_utc": "Start of the segment, UTC.",
    "from_mw": "Capacity at its start.",
    "mw_per_second": "Change of the capacity.",
    "run_id": "Id of the Dagster run.",
    "window_start_utc": "Start of the requested window, UTC.",
    "window_end_utc": "End of the requested window, excluded, UTC.",
}
"The meaning of the columns that parsing, landing and the views add to those of the datasets, by name."

OF_RELATIONS = {
    "accepted_gaps": {
        "reason": "Why the gap was accepted.",
        "accepted_by": "Who accepted it.",
        "accepted_at_utc": "When it was accepted, UTC.",
        "withdrawn_because": "Why the acceptance was withdrawn; null while it is in force.",
        "withdrawn_by": "Who withdrew it.",
        "withdrawn_at_utc": "When it was withdrawn, UTC.",
    },
    "fetch_log": {
        "status": "landed, empty (asked for, nothing published) or failed.",
        "rows_received": "Rows of the answer.",
        "rows_neighbours": "Rows of half-hours beside the window; their own window lands them.",
        "rows_quarantined": "Rows that broke the contract.",
        "rows_repeated": "Rows that had landed before.",
        "rows_landed": "New rows.",
        "labels_disagreeing": "Rows whose settlement labels by Elexon do not match their start time.",
        "attempts": "Requests that it took.",
        "seconds": "Duration of the requests.",
        "error": "Why the window failed; null unless it did.",
        "asked_at_utc": "When the request was made, UTC.",
    },
    "quarantine": {
        "reason": "The rule of the contract that the row broke.",
        "raw_json": "The row as Elexon sent it.",
        "found_at_utc": "When the row was quarantined, UTC.",
    },
    "settlement_days": {
        "settlement_date": "Europe/London civil day.",
        "first_start_time_utc": "Start of its first half-hour, UTC.",
        "half_hours": "46, 48 or 50.",
    },
    "understated_wind": {
        "agws_wind_mw": "Wind of AGWS, onshore and offshore.",
        "fuelhh_wind_mw": "Transmission-metered wind of FUELHH; null where it is missing.",
        "estimated_missing_mwh": "Energy by which AGWS is below FUELHH: a lower bound.",
    },
    "unknown_series": {
        "series": "Elexon's name of the series.",
        "publications": "Number of its rows.",
        "first_utc": "First time of the column that windows select by, UTC.",
        "last_utc": "Last time of it, UTC.",
    },
    "warehouse_info": {"key": "Name of the fact.", "value": "The fact."},
}
"The meaning of columns of a single relation, which differs from that of `DESCRIPTIONS`."

GAP_DETAIL = "What is known of the gap: the error of the request, or who accepted it and why."


def dataset_of(relation: str) -> Dataset | None:
    """Return the dataset that a relation is named after, or None."""
    return next((dataset for name, dataset in BY_NAME.items() if _suffix(relation, name) in OF_VIEWS), None)


def describe_relation(relation: str) -> str:
    """Return the meaning of a table, view or macro; "" if it is none of Elexon's."""
    dataset = dataset_of(relation)
    if dataset is None:
        return OTHERS.get(relation, "")
    suffix = relation.removeprefix(dataset.name)
    row = " and ".join((dataset.period, *dataset.dimensions))
    text = OF_VIEWS[suffix].format(row=row, category=dataset.category)
    return text if suffix else f"{text} {dataset.description}"


def relation_caveats(relation: str) -> str:
    """Return what to beware of in a relation, or ""."""
    dataset = dataset_of(relation)
    if dataset is None:
        return ""
    suffix = relation.removeprefix(dataset.name)
    caveats = [CAVEATS_OF_VIEWS.get(suffix, "")]
    if suffix in OWN_COLUMNS:
        if dataset.role is Role.FORECAST:
            caveats.append("A target at or before its publish time is not a forecast.")
        if dataset.assumes_publish_time:
            caveats.append("The publish time is assumed where Elexon states none.")
        if dataset.no_value_if:
            null = "it is kept here" if suffix == PUBLICATIONS else f"{dataset.value} is null there"
            caveats.append(f"A row with {dataset.no_value_if} holds no value: {null}.")
    return " ".join(filter(None, caveats))


def describe_column(relation: str, column: str) -> str:
    """Return the meaning of a column. Raises KeyError if it has none, which a test prevents."""
    if column in (of_relation := OF_RELATIONS.get(relation, {})):
        return of_relation[column]
    dataset = dataset_of(relation)
    if dataset and column in dataset.columns:
        return dataset.columns[column].description
    if column == "detail" and relation.endswith(("_gaps", "_gaps_at")):
        return GAP_DETAIL
    return DESCRIPTIONS[column]


def column_vocabulary(relation: str, column: str) -> tuple[str, ...]:
    """Return the declared values of a column; empty for an open one."""
    dataset = dataset_of(relation)
    return dataset.columns[column].values if dataset and column in dataset.columns else ()


def relation_source(relation: str) -> str:
    """Return where the rows of a relation come from."""
    dataset = dataset_of(relation)
    if dataset is None:
        return "Recorded here" if relation in OTHERS else ""
    source = f"Elexon {dataset.code}, {dataset.path}"
    return source if relation.removeprefix(dataset.name) in OWN_COLUMNS else f"Computed here from {source}"


def _suffix(relation: str, name: str) -> str | None:
    """Return what follows a dataset's name in that of a relation, or None if it begins otherwise."""
    return relation.removeprefix(name) if relation.startswith(name) else None
