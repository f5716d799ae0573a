"""The public Python API: half-hourly wind and solar generation for Great Britain, its share of demand and its value.

`from renewables import fetch, generation, summary, capture_prices`, or any other name of `__all__`. Names are imported
when they are first used, so that `import renewables` costs nothing. All other modules may change between versions.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from elexon_assets.errors import ElexonError, UnusableInput
    from renewables.api import BadRowsWarning, UnknownSeriesWarning, fetch
    from renewables.queries.analysis import daily, monthly, summary
    from renewables.queries.features import features
    from renewables.queries.forecast_skill import forecast_skill
    from renewables.queries.generation import generation
    from renewables.queries.quality import quality
    from renewables.queries.register_changes import connection_slip, register_changes
    from renewables.queries.register_issues import register_issues
    from renewables.queries.registers import RegisterFilter, register_records, register_sums
    from renewables.queries.revisions import revisions
    from renewables.queries.shares import demand_shares, share_records
    from renewables.queries.training import training_frame
    from renewables.queries.value import capture_prices, price_by_wind_share, price_duration, price_summary
    from renewables.queries.wide_frame import known_at_issue, wide
    from warehouse.connection import reading
    from warehouse.errors import WarehouseError, WarehouseMissing

__all__ = [
    "BadRowsWarning",
    "ElexonError",
    "RegisterFilter",
    "UnknownSeriesWarning",
    "UnusableInput",
    "WarehouseError",
    "WarehouseMissing",
    "capture_prices",
    "connection_slip",
    "daily",
    "demand_shares",
    "features",
    "fetch",
    "forecast_skill",
    "generation",
    "known_at_issue",
    "monthly",
    "price_by_wind_share",
    "price_duration",
    "price_summary",
    "quality",
    "reading",
    "register_changes",
    "register_issues",
    "register_records",
    "register_sums",
    "revisions",
    "share_records",
    "summary",
    "training_frame",
    "wide",
]

_MODULES = {
    **dict.fromkeys(("ElexonError", "UnusableInput"), "elexon_assets.errors"),
    **dict.fromkeys(("BadRowsWarning", "UnknownSeriesWarning", "fetch"), "renewables.api"),
    **dict.fromkeys(("daily", "monthly", "summary"), "renewables.queries.analysis"),
    "forecast_skill": "renewables.queries.forecast_skill",
    "features": "renewables.queries.features",
    "generation": "renewables.queries.generation",
    **dict.fromkeys(("known_at_issue", "wide"), "renewables.queries.wide_frame"),
    "training_frame": "renewables.queries.training",
    "quality": "renewables.queries.quality",
    "revisions": "renewables.queries.revisions",
    **dict.fromkeys(("demand_shares", "share_records"), "renewables.queries.shares"),
    **dict.fromkeys(
        ("capture_prices", "price_by_wind_share", "price_duration", "price_summary"), "renewables.queries.value"
    ),
    "reading": "warehouse.connection",
    **dict.fromkeys(("RegisterFilter", "register_records", "register_sums"), "renewables.queries.registers"),
    **dict.fromkeys(("connection_slip", "register_changes"), "renewables.queries.register_changes"),
    "register_issues": "renewables.queries.register_issues",
    **dict.fromkeys(("WarehouseError", "WarehouseMissing"), "warehouse.errors"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'renewables' has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
