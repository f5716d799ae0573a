"""Tables whose rows open what they name: a click anywhere in a row counts, and Enter in it.

Streamlit does not tell a click on a cell from a key that moves to it: both select the cell, and a table that gets the
focus selects its first one, so that nobody could walk through it by keyboard without leaving the page. Therefore no
cell can be selected here. Each row has a button, which Streamlit presses for the mouse only, and a script presses it
for the other cells and for Enter.

Not here: what opens (`record_lists.py`, `pipeline_lists.py`, `change_lists.py`, `register_parts.py`).
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.column_widths import PAGE_PIXELS, fitted_columns, text_pixels
from dashboards.components.fitted_table import MOST_PIXELS, table_pixels

OPEN = "open"
"The column of the button that opens a row, and the action of a click on the row."
SCRIPT = """<script>
if (!window.opensRows) {
  window.opensRows = true;
  const HEADER = 35, OPENER = 18, MOVED = 4;
  const CURSOR_MS = 100;  // the shape of the cursor follows the mouse a moment later
  const SCROLLER = '.dvn-scroller', CURRENT = 'td[aria-selected=true]';
  const tableOf = element => element.closest?.('[class*=opens-rows] [data-testid=stDataFrame]');
  const press = (canvas, height) => {
    const box = canvas.getBoundingClientRect();
    const at = {bubbles: true, cancelable: true, clientX: box.left + OPENER, clientY: box.top + height,
      pointerType: 'mouse', isPrimary: true, button: 0};
    for (const kind of ['pointerdown', 'pointerup']) canvas.dispatchEvent(new PointerEvent(kind, at));
  };
  let start = {x: 0, y: 0};
  document.addEventListener('pointerdown', event => {
    if (event.isTrusted) start = {x: event.clientX, y: event.clientY};
  }, true);
  document.addEventListener('click', event => {
    const canvas = tableOf(event.target)?.querySelector('canvas');
    if (!canvas || !(event.target === canvas || event.target.closest(SCROLLER))) return;
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > MOVED) return;  // cells are marked for a copy
    const height = event.clientY - canvas.getBoundingClientRect().top;
    const pressUnlessButton = () => {  // Streamlit itself presses a button and opens a link
      if (getComputedStyle(event.target).cursor !== 'pointer') press(canvas, height);
    };
    if (height > HEADER) setTimeout(pressUnlessButton, CURSOR_MS);
  });
  document.addEventListener('keydown', event => {
    const table = event.key === 'Enter' && tableOf(event.target), cell = table && table.querySelector(CURRENT);
    const row = cell ? cell.closest('tr').getAttribute('aria-rowindex') - 2 : -1;  // the title is the first
    if (row < 0) return;
    const scroller = table.querySelector(SCROLLER);
    const rows = table.querySelector('[aria-rowcount]').getAttribute('aria-rowcount') - 1;
    press(table.querySelector('canvas'),
      HEADER + (row + 0.5) * (scroller.scrollHeight - HEADER) / rows - scroller.scrollTop);
  }, true);  // the table keeps the key to itself
}
</script>"""
"Without it the buttons still open the rows."


def listen_for_clicks() -> None:
    """Make the browser press the button of the row that is clicked, or in which Enter is pressed."""
    st.html(SCRIPT, unsafe_allow_javascript=True)  # a constant


def clicked_row(
    frame: pl.DataFrame,
    columns: Mapping[str, Any],
    *,
    key: str,
    actions: Mapping[str, str] | None = None,
    pixels: int = PAGE_PIXELS,
    most_pixels: int = MOST_PIXELS,
    most_row_pixels: int | None = None,
    alt: str | None = None,
) -> tuple[int, str] | None:
    """Draw a table that is not on paper, and return the row that was clicked and the action, which is `OPEN` or other.

    `columns` are labels or configurations by name; a column whose configuration is None is left out. `actions` are the
    signs of further buttons of each row by their titles. `pixels` is the width of the table on a desktop, and
    `most_row_pixels` keeps the rows of a long list low.
    """
    signs = {OPEN: "→", **(actions or {})}
    widths = {action: text_pixels(len(action)) for action in signs}
    buttons = {
        action: st.column_config.ButtonColumn(
            action.capitalize(), type="tertiary", alignment="left", width=width, pinned=True, key=f"{action} {key}"
        )
        for action, width in widths.items()
    }
    shown = frame.select(name for name in frame.columns if columns.get(name, "") is not None)
    config, row_height = fitted_columns(shown, columns, pixels - sum(widths.values()))
    row_height = min(row_height, most_row_pixels or row_height)
    with st.container(key=f"on-screen opens-rows {key}"):
        st.dataframe(
            shown.select(*(pl.lit(sign).alias(action) for action, sign in signs.items()), *shown.columns),
            hide_index=True,
            placeholder="",
            column_config={**config, **buttons},
            height=table_pixels(len(frame), row_height, most_pixels),
            row_height=row_height,
            key=f"list {key}",
            alt=alt or f"{len(frame)} rows",
        )
    for action in reversed(signs):  # a finger presses a button and its row
        click = st.session_state.pop(f"{action} {key}", None)
        if click and click["row"] < len(frame):
            return click["row"], action
    return None
