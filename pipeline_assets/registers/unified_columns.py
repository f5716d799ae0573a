"""The columns of `register_records`: what both registers share, and the SQL that reads each from a table of records.

Belongs here: the meaning of the shared columns. Not here: the views themselves (`register_views.py`), the words
(`repd.py`, `tec.py`).
"""

from collections.abc import Iterable, Mapping

from pipeline_assets.registers.register_model import Register

UNIFIED_COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "register": ("VARCHAR", "repd or tec.", ""),
    "issue_id": ("VARCHAR", "The issue: the first 12 hex digits of its file's SHA-256.", ""),
    "issue_date": ("DATE", "The date of the issue.", ""),
    "record_id": ("VARCHAR", "The key in an issue: Ref ID; Project ID, with /stage where a project has stages.", ""),
    "reference": ("VARCHAR", "What a facility's REPD Ref ID or TEC Project ID holds.", ""),
    "stage": ("VARCHAR", "Stage of the connection (TEC); null without stages.", ""),
    "name": ("VARCHAR", "Name of the site or project, which is no key.", ""),
    "operator": ("VARCHAR", "Operator or applicant (REPD), customer (TEC).", ""),
    "technology": ("VARCHAR", "Our word, or the published one. Of a hybrid, the first technology that generates.", ""),
    "technologies": ("VARCHAR[]", "All technologies, in the published order.", ""),
    "technology_published": ("VARCHAR", "The technology as published.", ""),
    "status": ("VARCHAR", "The status as published.", ""),
    "status_group": ("VARCHAR", "The state that both registers share; null for an unknown status.", ""),
    "capacity_mw": (
        "DOUBLE",
        "REPD: installed capacity, AC. TEC: MW Connected + MW Increase / Decrease of the row.",
        "MW",
    ),
    "county": ("VARCHAR", "County (REPD).", ""),
    "region": ("VARCHAR", "Region (REPD).", ""),
    "country": ("VARCHAR", "Country (REPD).", ""),
    "connection_site": ("VARCHAR", "Substation (TEC).", ""),
    "latitude": ("DOUBLE", "Latitude (REPD), WGS84.", "°"),
    "longitude": ("DOUBLE", "Longitude (REPD), WGS84.", "°"),
    "connection_date": ("DATE", "When the capacity connects (TEC); blank if it is built or not known.", ""),
    "permission_granted_date": ("DATE", "When permission was granted, also on appeal (REPD).", ""),
    "permission_expiry_date": ("DATE", "When permission expires (REPD); it may be long past.", ""),
    "planning_reference": ("VARCHAR", "The planning authority's reference (REPD).", ""),
    "host": ("VARCHAR", "Transmission owner (TEC).", ""),
    "gate": ("VARCHAR", "Gate of the connections reform (TEC).", ""),
    "successors": ("VARCHAR[]", "Ref IDs that replace a revised record (REPD): it is not dead, follow them.", ""),
}
"The shared columns with type, meaning and unit, in order."

_SOURCES: Mapping[str, Mapping[str, str]] = {
    "repd": {
        "reference": "ref_id",
        "name": "site_name",
        "operator": "operator",
        "technology_published": "technology_type",
        "status": "development_status_short",
        "capacity_mw": "capacity_mw",
        "county": "county",
        "region": "region",
        "country": "country",
        "latitude": "latitude",
        "longitude": "longitude",
        "permission_granted_date": "coalesce(permission_granted_date, appeal_granted_date, "
        "secretary_of_state_granted_date)",
        "permission_expiry_date": "permission_expiry_date",
        "planning_reference": "planning_reference",
        "successors": "regexp_extract_all(new_ref_ids, '\\d+')",
    },
    "tec": {
        "reference": "project_id",
        "stage": "stage",
        "name": "project_name",
        "operator": "customer_name",
        "technology_published": "plant_type",
        "status": "project_status",
        "capacity_mw": "capacity_mw",
        "connection_site": "connection_site",
        "connection_date": "connection_date",
        "host": "host",
        "gate": "gate",
    },
}
"The SQL of the shared columns that a table of records holds itself; the others are null or derived."


def unified_name(register: Register, column: str) -> str:
    """Return the name in `register_records` of a column of a table of records, or its own name."""
    return next((name for name, sql in _SOURCES[register.name].items() if sql == column), column)


def record_id_sql(register: Register, alias: str) -> str:
    """Return the SQL of the key of a record in an issue."""
    return f"concat_ws('/', {', '.join(f'{alias}.{column}' for column in register.key)})"


def unified_select(register: Register) -> str:
    """Return the query of `register_records` for one register."""
    derived = {
        "register": f"'{register.name}'",
        "issue_id": "records.issue_id",
        "issue_date": "issues.issue_date",
        "record_id": record_id_sql(register, "records"),
        "technology": _technology_sql(register),
        "technologies": f"list_transform({_published_list(register)}, lambda word: {_our_word(register, 'word')})",
        "status_group": _words_sql(register.status_column, register.statuses.items(), "NULL"),
    }
    sources = {**derived, **_SOURCES[register.name]}
    columns = [
        f"{sources[name]} AS {name}" if name in sources else f"NULL::{dtype} AS {name}"
        for name, (dtype, _, _) in UNIFIED_COLUMNS.items()
    ]
    return (
        f"SELECT {', '.join(columns)} FROM {register.table} AS records "
        f"JOIN (FROM register_issues WHERE register = '{register.name}') AS issues USING (issue_id)"
    )


def _published_list(register: Register) -> str:
    """Return the SQL of the published technologies of a record, one of them except for hybrids."""
    return f"list_transform(string_split({register.technology_column}, ';'), lambda part: trim(part))"


def _technology_sql(register: Register) -> str:
    """Return the SQL of the first technology that generates, else the first that stores, else the first."""
    words, column = _published_list(register), register.technology_column
    no_generator, idle = [*register.storing, *register.not_generating], register.not_generating
    generating = f"list_filter({words}, lambda word: NOT {_is_one_of('word', no_generator)})[1]"
    storing = f"list_filter({words}, lambda word: NOT {_is_one_of('word', idle)})[1]" if idle else column
    return _our_word(register, f"coalesce({generating}, {storing}, {column})")


def _our_word(register: Register, sql: str) -> str:
    return _words_sql(sql, register.technologies.items(), sql)


def _words_sql(sql: str, words: Iterable[tuple[str, str]], otherwise: str) -> str:
    cases = " ".join(f"WHEN {_literal(word.casefold())} THEN {_literal(ours)}" for word, ours in words)
    return f"CASE {_word_key(sql)} {cases} ELSE {otherwise} END"


def _is_one_of(sql: str, words: Iterable[str]) -> str:
    return f"({_word_key(sql)} IN ({', '.join(_literal(word.casefold()) for word in words)}))"


def _word_key(sql: str) -> str:
    return f"lower(regexp_replace({sql}, '\\s+', ' ', 'g'))"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
