"""How high the rows of a table are so that its longest text wraps and no word is cut.

Streamlit wraps the text of a table whose rows are higher than one line. Not here: the tables.
"""

from collections.abc import Iterable

LINE_PIXELS, PADDING_PIXELS = 20, 15
MOST_LINES = 6
LETTER_PIXELS = 6.6
"The mean width of a letter in a table."


def row_pixels(texts: Iterable[str], column_pixels: int) -> int:
    """Return the height of rows whose longest text wraps in a column of this width."""
    letters = max((len(text) for text in texts), default=0)
    lines = -(-letters * LETTER_PIXELS // (column_pixels - 2 * PADDING_PIXELS))
    return PADDING_PIXELS + LINE_PIXELS * int(min(max(lines, 1), MOST_LINES))
