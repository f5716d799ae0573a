"""The comparison of the portfolio for a board: one printable page of HTML without scripts, and an Excel workbook.

Not here: the comparison (`pipeline_assets/comparison.py`), its sentences (`pipeline_assets/digest.py`), the dashboard.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from io import BytesIO

import polars as pl

from pipeline_assets.comparison import ENDS, Comparison
from pipeline_assets.digest import digest_sentences
from renewables.formatting import number
from renewables.queries.changes import bridge_steps, bridge_table, bridge_total

MOST_ROWS = 6
"The most rows of a list on the page, so that it prints on one sheet of A4; the workbook has all."
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 10mm; }}
body {{ font: 12px/1.4 system-ui, sans-serif; color: #222; background: #fff; max-width: 186mm; margin: 8mm auto; }}
h1 {{ font-size: 20px; margin: 0; }}
h2 {{ font-size: 13px; margin: 10px 0 3px; break-after: avoid; }}
table {{ border-collapse: collapse; width: 100%; font-size: 11px; break-inside: avoid; }}
th, td {{ text-align: left; padding: 1px 5px; border-bottom: 1px solid #ddd; overflow-wrap: break-word; }}
.n {{ text-align: right; white-space: nowrap; }}
p {{ margin: 4px 0; }} ul {{ margin: 4px 0; padding-left: 18px; }}
svg {{ width: 100%; height: auto; }}
@media print {{ body {{ margin: 0; max-width: none; font: 10px/1.25 system-ui, sans-serif; print-color-adjust: exact; }}
  table {{ font-size: 9px; }} th, td {{ padding: 0 3px; }} h2 {{ margin: 5px 0 1px; font-size: 11px; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{span}</p>
<ul>{sentences}</ul>
<h2>Capacity in development (MWp)</h2>
{bridge}
{tables}
</body>
</html>
"""


def summary_html(comparison: Comparison) -> str:
    """Return the page: sentences, the bridge of what is in development, and the first rows of each list."""
    dates = comparison.dates.select("project", "name", "before", "after", "days")
    rags = comparison.rags.select("project", "before", "after", "comment")
    risks = comparison.risks.select("information_point", "project", "move", "rating_before", "rating_after")
    lists = {"Moved dates": dates, "RAG": rags, "Risks": risks}
    tables = [_bridge_html(comparison.bridge, by) for by in ("stage", "technology")]
    tables += [_table_html(title, frame, limit=MOST_ROWS) for title, frame in lists.items() if len(frame)]
    return PAGE.format(
        title="What changed in the portfolio",
        span=f"From {_moment_text(comparison.before_utc)} to {_moment_text(comparison.after_utc)}, by when a change "
        "was saved.",
        sentences="".join(f"<li>{escape(sentence)}</li>" for sentence in digest_sentences(comparison)),
        bridge=_bridge_svg(bridge_steps(comparison.bridge).rows()),
        tables="\n".join(tables),
    )


def summary_workbook(comparison: Comparison) -> bytes:
    """Return an Excel workbook with the sentences, the bridge and every list; no text becomes a formula or a link."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

    sentences = [
        f"From {_moment_text(comparison.before_utc)} to {_moment_text(comparison.after_utc)}",
        *digest_sentences(comparison),
    ]
    sheets = {
        "Summary": pl.DataFrame({"What changed in the portfolio": sentences}),
        "Bridge (MWp)": bridge_table(comparison.bridge),
        "Movements": comparison.lines,
        "Moved dates": comparison.dates,
        "RAG": comparison.rags,
        "Risks": comparison.risks,
    }
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, options) as workbook:
        for name, frame in sheets.items():
            frame.write_excel(workbook, worksheet=name, autofit=True)
    return file.getvalue()


def _bridge_html(bridge: pl.DataFrame, by: str) -> str:
    """Return the bridge of all stages by stage or by technology, with the sums."""
    table = bridge_table(bridge, [by])
    if by == "technology":
        table = table.sort(by)
    total = pl.DataFrame([{by: "All", **bridge_total(table)}], schema=table.schema)
    return _table_html(f"All MWp by {by}", pl.concat([table, total]), limit=None)


def _table_html(title: str, frame: pl.DataFrame, limit: int | None) -> str:
    """Return a heading and a table; columns of numbers are on the right, and what is left out is counted."""
    numeric = [dtype.is_numeric() for dtype in frame.dtypes]
    heads = [name.replace("_", " ").capitalize() for name in frame.columns]
    rows = [heads, *([_cell_text(value) for value in row] for row in frame.head(limit or len(frame)).iter_rows())]
    lines = "".join(_row_html("td" if n else "th", row, numeric) for n, row in enumerate(rows))
    more = len(frame) - (len(rows) - 1)
    rest = f"<p>{more:,} more in the workbook.</p>" if more else ""
    return f"<h2>{escape(title)}</h2><table>{lines}</table>{rest}"


def _row_html(tag: str, cells: Sequence[str], numeric: Sequence[bool]) -> str:
    inside = "".join(
        f"<{tag}{' class=n' if is_number else ''}>{escape(cell)}</{tag}>"
        for cell, is_number in zip(cells, numeric, strict=True)
    )
    return f"<tr>{inside}</tr>"


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    return number(value, 1) if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _moment_text(instant: datetime) -> str:
    """Format a moment in UTC; the end of a day as the beginning of the next one."""
    shown = instant + timedelta(microseconds=1)
    return f"{shown.day} {shown:%b %Y %H:%M} UTC"


ROW, LEFT, WIDTH = 16, 110, 700
"Pixels of the drawing: the height of a row, the room for names, the complete width."


def _bridge_svg(steps: Sequence[tuple[str, float]]) -> str:
    """Return the waterfall as a drawing."""
    bars = list(_bars(steps))
    scale = (WIDTH - LEFT - 80) / max(*(end for _, _, end, _ in bars), 1)
    rows = []
    for n, (name, start, end, mwp) in enumerate(bars):
        is_end = name in ENDS
        colour = "#7F8894" if is_end else "#0072B2" if mwp > 0 else "#D55E00"
        x, width = LEFT + start * scale, max((end - start) * scale, 1)
        text = f"{mwp:,.1f}" if is_end else f"{mwp:+,.1f}".replace("-", "\u2212")
        y = n * ROW
        rows.append(
            f'<text x="{LEFT - 6}" y="{y + 12}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="{ROW - 4}" fill="{colour}"/>'
            f'<text x="{x + width + 4:.1f}" y="{y + 12}">{text}</text>'
        )
    label = ", ".join(f"{name} {mwp:,.1f} MWp" for name, mwp in steps)
    return (
        f'<svg viewBox="0 0 {WIDTH} {len(bars) * ROW}" role="img" aria-label="{escape(label)}" font-size="11">'
        f"{''.join(rows)}</svg>"
    )


def _bars(steps: Sequence[tuple[str, float]]) -> Iterator[tuple[str, float, float, float]]:
    """Yield (name, start, end, MWp) of each bar; the two ends start at zero."""
    level = 0.0
    for name, mwp in steps:
        if name in ENDS:
            yield name, 0.0, mwp, mwp
            level = mwp
        else:
            yield name, min(level, level + mwp), max(level, level + mwp), mwp
            level += mwp
