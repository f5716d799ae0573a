"""How high the rows of a table are so that its longest text wraps and no word is cut.

Streamlit wraps the text of a table whose rows are higher than `WRAPS_ABOVE_PIXELS`. Not here: the tables, and the
widths of their columns (`column_widths.py`).
"""

import heapq
import textwrap
from collections.abc import Iterable

LINE_PIXELS, PADDING_PIXELS, SIDE_PIXELS = 20, 15, 10
"The height of a line, and what a cell keeps free above and below it together, and at each side."
WRAPS_ABOVE_PIXELS = 64
"Four rem: in rows of this height or less, Streamlit cuts what is longer than a line."
MOST_LINES = 6
TEXTS_WRAPPED = 5
"The longest texts, one of which needs the most lines."
LETTER_PIXELS = 6.5
"The mean width of a letter in a table."


def row_pixels(texts: Iterable[str], column_pixels: int) -> int:
    """Return the height of rows whose longest text wraps in a column of this width."""
    letters = max(int((column_pixels - 2 * SIDE_PIXELS) / LETTER_PIXELS), 1)
    longest = heapq.nlargest(TEXTS_WRAPPED, texts, key=len)
    lines = max((1 if len(text) <= letters else len(textwrap.wrap(text, letters)) for text in longest), default=1)
    if lines <= 1:
        return PADDING_PIXELS + LINE_PIXELS
    return max(PADDING_PIXELS + LINE_PIXELS * min(lines, MOST_LINES), WRAPS_ABOVE_PIXELS + 1)
