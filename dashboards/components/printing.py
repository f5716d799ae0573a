"""Pages on paper: the rules of print, a line that only paper has, and tables that are complete there.

A browser's table scrolls and is drawn on a canvas, so paper gets a table of its own. Belongs here: what is different on
paper. Not here: the board's summary, which is a document (`renewables/portfolio_summary.py`).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.column_widths import column_title
from dashboards.components.formatting import day, moment, number, zone

MOST_ROWS = 100
"The largest number of rows of a table on paper."
PAPER_PIXELS = (716, 1044)
"The widths of A4 between its margins, upright and on its side, in CSS pixels."
WIDEST_UPRIGHT = 1250
"The widest page, in pixels, that is printed on upright paper."
STYLE = """<style>
.on-paper { display: none }
@media screen { .stElementContainer:has(> .stHtml > .on-paper) { display: none } }
@media print {
  html { color-scheme: light !important }
  .on-paper { display: block }
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stToolbar], [data-testid=stElementToolbar],
  [data-testid=stPopover], [data-testid=stButton], [data-testid=stDownloadButton], [data-testid=stPageLink],
  [data-testid=stButtonGroup], [data-testid=stMultiSelect], [data-testid=stSelectbox], [data-testid=stTextInput],
  [data-testid=stDateInput], [data-testid=stNumberInput], [data-testid=stExpander], [data-testid=stPagination],
  [data-testid=stCheckbox], .st-key-page-actions, .st-key-toolbar, .st-key-chips, [class*=st-key-on-screen],
  [data-testid=stTooltipIcon], .modebar-container, [data-testid=stSpace],
  [data-testid=stLayoutWrapper]:has(> :is([data-testid=stExpander], .st-key-toolbar, .st-key-chips)),
  [data-testid=stElementContainer]:has(> :is([data-testid=stPageLink], [data-testid=stSpace])) {
    display: none !important
  }
  [data-testid=stVerticalBlock] { gap: 0.6rem !important }
  .js-plotly-plot .g-xtitle { transform: none !important }
  html, body, #root, .stApp, [data-testid=stAppViewContainer], [data-testid=stMain] {
    position: static !important; display: block !important; height: auto !important; overflow: visible !important;
    background: none !important
  }
  [data-testid=stMainBlockContainer] { padding: 0 !important; max-width: none; zoom: var(--paper-zoom, 0.65) }
  [data-testid=stPlotlyChart], [data-testid=stMetric], .on-paper tr { break-inside: avoid }
  [data-testid=stHeading] { break-after: avoid }
  [data-testid=stHorizontalBlock]:has(> [data-testid=stColumn]) {
    display: flex !important; flex-flow: row nowrap !important
  }
  [data-testid=stColumn] { min-width: 0 !important }
  [data-testid=stColumn] > [data-testid=stVerticalBlock], .st-key-figures { width: 100% !important }
  .on-paper table { border-collapse: collapse; width: 100%; font-size: 0.8rem }
  .on-paper :is(th, td) { text-align: left; vertical-align: top; padding: 2px 6px; border-bottom: 1px solid #ddd }
  .on-paper .number { text-align: right; white-space: nowrap }
}
</style>"""
"""What of a page is on paper. A chart has the width that it has on screen, since it is drawn for that, so the page is
made smaller until its width on screen fits the paper."""
DARK = """<style>
@media print {
  [data-testid=stMainBlockContainer] :is(h1, h2, h3, p, li, th, td, span, div):not([style*=color]),
  .js-plotly-plot :is(.infolayer, .xaxislayer-above, .yaxislayer-above, .legend, .textpoint) text,
  .js-plotly-plot .bartext-outside {
    color: #10161E !important; fill: #10161E !important
  }
  [data-testid=stMetric], .st-key-figures :is(td, th) { border-color: #DDDDDD !important }
  .stMarkdownBadge, .js-plotly-plot .main-svg { background: none !important }
  .js-plotly-plot .main-svg .bg { fill: none !important }
}
</style>"""
"Paper is white, whatever the theme."
SCRIPT = f"""<script>
window.onbeforeprint = () => {{
  const content = document.querySelector('[data-testid=stMainBlockContainer]')
  if (!content) return
  const style = getComputedStyle(content)
  const width = content.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
  const [paper, turned] = width < {WIDEST_UPRIGHT} ? [{PAPER_PIXELS[0]}, 'portrait'] : [{PAPER_PIXELS[1]}, 'landscape']
  document.documentElement.style.setProperty('--paper-zoom', paper / Math.max(width, paper))
  const rule = document.getElementById('paper') ?? document.head.appendChild(document.createElement('style'))
  rule.id = 'paper'
  rule.textContent = '@page {{ size: A4 ' + turned + '; margin: 7mm 10mm }}'
}}
</script>"""
"The paper lies on its side for a wide page, so that the writing is not too small."


def apply_print_style() -> None:
    """Set the rules of print for the page."""
    st.html(STYLE + DARK if st.context.theme.type == "dark" else STYLE)
    st.html(SCRIPT, unsafe_allow_javascript=True)  # nothing in it is variable


def render_printed_line(title: str) -> None:
    """Draw the line that only paper has: the product, what is shown, the day, and the age of the data."""
    snapshot = snapshot_cache.current_snapshot()
    as_of = snapshot.published_at_utc if snapshot else None
    data = f", data as of {moment(as_of)} {zone(as_of)}" if as_of else ""
    text = f"gb-renewables · {title} · printed {day(datetime.now(UTC).date())}{data}"
    st.html(f'<p class="on-paper">{escape(text)}</p>')


def render_printed_table(frame: pl.DataFrame, columns: Mapping[str, Any]) -> None:
    """Draw a table that only paper has: the first `MOST_ROWS` rows, with the titles that `columns` give."""
    titles = [column_title(name, columns.get(name)) for name in frame.columns]
    classes = [' class="number"' if dtype.is_numeric() else "" for dtype in frame.dtypes]
    head = "".join(f"<th{kind}>{escape(title)}</th>" for title, kind in zip(titles, classes, strict=True))
    rows = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escape(_cell_text(cell))}</td>" for cell, kind in zip(row, classes, strict=True))
        + "</tr>"
        for row in frame.head(MOST_ROWS).iter_rows()
    )
    more = len(frame) - MOST_ROWS
    rest = f"<p>{number(more)} more rows in the downloads.</p>" if more > 0 else ""
    st.html(f'<div class="on-paper"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}</div>')


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return number(value, 1)
    if isinstance(value, list):
        return ", ".join(map(str, value)).replace(" ", "\u00a0")
    return number(value) if isinstance(value, int) else day(value) if isinstance(value, date) else str(value)
