"""A figure as a web page: one self-contained file, readable offline and on a phone.

Belongs here: the page around a figure. Not here: what the figure shows.
"""

from html import escape

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types

from renewables.attribution import LICENCE_URL

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 8px; font: 13px/1.5 {font}; color: #222; background: #fff; }}
main {{ max-width: 1400px; margin: 0 auto; }}
footer {{ max-width: 1400px; margin: 4px auto; color: #555; }}
</style>
</head>
<body>
<main>{figure}</main>
<footer>{notes}{licence}</footer>
</body>
</html>
"""


def html_page(figure: go.Figure, *, title: str, notes: str, licensed: bool) -> str:
    """Return HTML of about 5 MB that contains the drawing library; `licensed` links the licence of Elexon's data."""
    inside = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        default_height=f"{figure.layout.height}px",
        config={"responsive": True, "displaylogo": False, "displayModeBar": False},
    )
    licence = f' <a href="{LICENCE_URL}">Licence of the BMRS data</a>.' if licensed else ""
    family = escape(str(figure.layout.font.family), quote=False)
    return PAGE.format(title=escape(title), figure=inside, notes=escape(notes), licence=licence, font=family)
