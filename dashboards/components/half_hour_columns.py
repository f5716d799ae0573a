"""The columns of half-hours as the Explorer shows them: their titles and formats.

Not here: which columns a dataset has (`renewables/queries/explorer.py`).
"""

from typing import Any

import streamlit as st

COLUMNS: dict[str, Any] = {
    "start_time_london": st.column_config.DatetimeColumn("Half-hour (UK time)", format="D MMM YYYY HH:mm"),
    "settlement_date": st.column_config.DateColumn("Settlement date", format="D MMM YYYY"),
    "settlement_period": "Period",
    "psr_type": "Technology",
    "fuel_type": "Fuel",
    "generation_mw": st.column_config.NumberColumn("MW", format="%,.1f"),
    "flags": "Flags",
    "publish_time_london": st.column_config.DatetimeColumn("Published (UK time)", format="D MMM YYYY HH:mm"),
    "ingested_at_london": st.column_config.DatetimeColumn("Ingested (UK time)", format="D MMM YYYY HH:mm:ss"),
    "source": "Source",
    "indo_mw": st.column_config.NumberColumn("INDO (MW)", format="%,.0f"),
    "itsdo_mw": st.column_config.NumberColumn("ITSDO (MW)", format="%,.0f"),
    "data_provider": "Provider",
    "series": "Series",
    "price_gbp_per_mwh": st.column_config.NumberColumn("Price (£/MWh)", format="%,.2f"),
    "volume_mwh": st.column_config.NumberColumn("Volume (MWh)", format="%,.1f"),
    "system_sell_price_gbp_per_mwh": st.column_config.NumberColumn("Sell price (£/MWh)", format="%,.2f"),
    "system_buy_price_gbp_per_mwh": st.column_config.NumberColumn("Buy price (£/MWh)", format="%,.2f"),
    "change": st.column_config.NumberColumn("Change", format="%+,.2f"),
    "change_mw": st.column_config.NumberColumn("Change (MW)", format="%+,.1f"),
    "is_current": "Current",
}
SERIES_COLUMNS: dict[str, Any] = {
    "start_time_london": st.column_config.DatetimeColumn("Start (UK time)", format="D MMM YYYY HH:mm"),
    "psr_type": "Technology",
    "fuel_type": "Fuel",
    "generation_mw": st.column_config.NumberColumn("Mean (MW)", format="%,.0f"),
    "half_hours": st.column_config.NumberColumn("Half-hours", format="%,d"),
    "coverage": st.column_config.NumberColumn("Coverage", format="%.4g %%"),
    "flagged_share": st.column_config.NumberColumn("Flagged share", format="%.3g %%"),
    **dict.fromkeys(("half_hours_expected", "half_hours_flagged")),
}
"The columns of a series over time, few enough to fit below a chart; its downloads have all."


def column_title(name: str) -> str:
    """Return the title of a column in the choice of columns, where times are named as in UTC."""
    column = COLUMNS.get(name.replace("_utc", "_london"), name)
    return column if isinstance(column, str) else str(column["label"])
