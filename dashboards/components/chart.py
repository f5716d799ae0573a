"""A chart as every page shows it: the figure, with its table and download below, built on request."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl
import streamlit as st

from elexon_assets.settlement import LONDON
from renewables.charts.style import GIGAWATTS_FROM_MW, in_gigawatts
from renewables.csv_files import csv_bytes
from renewables.formatting import digits_of

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "displayModeBar": True,  # a finger cannot hover
    "modeBarButtonsToRemove": [
        f"{name}2d" for name in ("select", "lasso", "autoScale", "zoomIn", "zoomOut", "zoom", "pan")
    ],
    "toImageButtonOptions": {"scale": 2},
    "locale": "en-GB",
    "locales": {
        "en-GB": {"dictionary": {"Download plot as a PNG": "Download picture", "Reset axes": "Reset the view"}}
    },
}


def render_chart(
    figure: go.Figure,
    frame: pl.DataFrame | Callable[[], pl.DataFrame],
    *,
    name: str,
    alt: str,
    columns: Mapping[str, Any] | None = None,
    selects: bool = False,
) -> list[Any] | None:
    """Draw the figure, and under it the table and the download of its frame.

    `frame` holds the rows, or the function that builds them when the table is opened. `name` is the name of the
    download and the key on the page. `alt` is what a person who cannot see the chart should know. With `selects`, the
    custom data of the mark that was clicked is returned, and otherwise None.
    """
    clicked, figure = None, in_gigawatts(figure)
    config = {**CONFIG, "toImageButtonOptions": {"scale": 2, "filename": name}}
    if selects:
        event = st.plotly_chart(
            figure, key=f"chart {name}", alt=alt, config=config, on_select="rerun", selection_mode="points"
        )
        clicked = next((point.get("customdata") for point in event.selection.points), None)
    else:
        st.plotly_chart(figure, key=f"chart {name}", alt=alt, config=config)
    table = st.expander("Table and download", key=f"table {name}", on_change="rerun", type="compact")
    if table.open:
        with table:
            show_table(frame() if callable(frame) else frame, name=name, columns=columns)
    return clicked


ROWS_SHOWN = 10_000
ROWS_WITHOUT_SCROLLING = 25
"The largest number of rows that are all in sight."
SHARES = (
    *("coverage", "flagged_share", "capacity_factor", "share_of_demand", "share_of_underlying_demand"),
    *("capture_rate", "negative_energy_share", "negative_time_share", "share_of_time", "from_share", "to_share"),
    *("nmae", "skill", "negative_price_share"),
)
"Columns of 0 to 1. Where a table has a format for them, it is in percent. The files keep them as they are."


def show_table(
    frame: pl.DataFrame, *, name: str, columns: Mapping[str, Any] | None = None, row_height: int | None = None
) -> None:
    """Draw at most `ROWS_SHOWN` rows and the downloads of all. Instants are in London time; the files keep UTC."""
    formats = dict(columns or {})
    if len(frame) > ROWS_SHOWN:
        st.caption(f"Showing the first {ROWS_SHOWN:,} of {len(frame):,} rows. The downloads contain all rows.")
    shown = in_london(_in_percents(frame.head(ROWS_SHOWN), [share for share in SHARES if share in formats]))
    shown, formats = _in_large_units(shown, formats)
    height: Literal["content", "auto"] = "content" if len(shown) <= ROWS_WITHOUT_SCROLLING else "auto"
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config=formats,
        height=height,
        row_height=row_height,
        key=f"rows {name}",
    )
    render_downloads(frame, name=name)


MEDIA_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"The media types of the files that pages offer, by the end of their names."


def download_button(
    label: str,
    content: Callable[[], bytes | str],
    file_name: str,
    *,
    icon: str = ":material/download:",
    type: Literal["primary", "secondary"] = "secondary",
    help: str | None = None,
    key: str | None = None,
) -> None:
    """Draw the button of a download, whose content is built on click."""
    st.download_button(
        label,
        content,
        file_name=file_name,
        mime=MEDIA_TYPES[file_name.rpartition(".")[2]],
        icon=icon,
        type=type,
        on_click="ignore",
        help=help,
        key=key,
    )


def render_downloads(frame: pl.DataFrame, *, name: str) -> None:
    """Draw CSV and Parquet downloads, built on click."""
    with st.container(horizontal=True):
        download_button("CSV", lambda: csv_bytes(frame), f"{name}.csv", key=f"csv {name}")
        download_button("Parquet", lambda: parquet_bytes(frame), f"{name}.parquet", key=f"parquet {name}")


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Return the bytes of a Parquet file."""
    from io import BytesIO

    file = BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def _in_percents(frame: pl.DataFrame, shares: Sequence[str]) -> pl.DataFrame:
    """Convert shares to percent, rounding down: never 100 while something is missing."""
    return frame.with_columns(
        (pl.col(name) * 10_000).floor() / 100 if name == "coverage" else pl.col(name) * 100
        for name in shares
        if name in frame.columns
    )


def _in_large_units(frame: pl.DataFrame, formats: Mapping[str, Any]) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Convert and rename columns whose titles say MWh or MW to GWh or GW, if one of that unit has five digits.

    The files keep MWh and MW.
    """
    titles = {name: config.get("label") or "" for name, config in formats.items() if isinstance(config, dict)}
    present = {name: title for name, title in titles.items() if name in frame.columns}
    of_power = [name for name, title in present.items() if name.endswith("_mw") and title.endswith("(MW)")]
    of_energy = [name for name, title in present.items() if name.endswith("_mwh") and title.endswith("(MWh)")]
    greatest = {name: _greatest(frame[name]) for name in (*of_power, *of_energy)}
    converted = dict(formats)
    for names, unit, large in ((of_power, "MW", "GW"), (of_energy, "MWh", "GWh")):
        largest = max((greatest[name] for name in names), default=0.0)
        if largest < GIGAWATTS_FROM_MW:
            continue
        number_format = "%,.2f" if unit == "MW" else f"%,.{digits_of(largest / 1000)}f"
        for name in names:
            config = converted.pop(name)
            renamed = name.removesuffix(unit.lower()) + large.lower()
            frame = frame.with_columns(pl.col(name) / 1000).rename({name: renamed})
            converted[renamed] = {
                **config,
                "label": titles[name].replace(f"({unit})", f"({large})"),
                "type_config": {**config["type_config"], "format": number_format},
            }
    return frame, converted


def _greatest(values: pl.Series) -> float:
    greatest = values.abs().max()
    return float(greatest) if isinstance(greatest, int | float) else 0.0


def in_london(frame: pl.DataFrame) -> pl.DataFrame:
    """Convert columns of UTC instants (`…_utc`) to London wall time, and rename them."""
    instants = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone]
    return frame.with_columns(
        pl.col(name).dt.convert_time_zone(LONDON.key).dt.replace_time_zone(None) for name in instants
    ).rename({name: name.replace("_utc", "_london") for name in instants})
