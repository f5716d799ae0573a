"""One colour per technology, the same on every chart, from the palettes of Okabe and Ito and of Paul Tol.

Colour-blind readers can distinguish them. Interconnectors share few colours and differ in their dashes.
"""

WIND_ONSHORE, WIND_OFFSHORE, SOLAR = "#009E73", "#0072B2", "#E69F00"
FALLBACK = "#777777"

COLOURS = {
    **{"Wind Onshore": WIND_ONSHORE, "Wind Offshore": WIND_OFFSHORE, "Solar": SOLAR, "Total": "#7F8894"},
    **{"Wind": WIND_ONSHORE, "BESS": "#CC79A7", "Metered wind": "#56B4E9"},
    **{"WIND": WIND_ONSHORE, "BIOMASS": "#999933", "CCGT": "#D55E00", "COAL": "#5C6068", "NPSHYD": "#56B4E9"},
    **{"NUCLEAR": "#AA4499", "OCGT": "#882255", "OIL": "#661100", "OTHER": "#999999", "PS": "#0072B2"},
    **dict.fromkeys(("INTFR", "INTIFA2", "INTELEC"), "#332288"),
    **dict.fromkeys(("INTNED", "INTNEM", "INTVKL", "INTNSL"), "#CC6677"),
    **dict.fromkeys(("INTIRL", "INTEW", "INTGRNL"), "#117733"),
}

DASHES = {
    "Metered wind": "dash",
    **{"INTIFA2": "dash", "INTELEC": "dot"},
    **{"INTNEM": "dash", "INTVKL": "dot", "INTNSL": "dashdot"},
    **{"INTEW": "dash", "INTGRNL": "dot"},
}


def colour_of(category: str) -> str:
    """Return the colour of a technology or fuel type, as `#RRGGBB`."""
    return COLOURS.get(category, FALLBACK)


def dash_of(category: str) -> str:
    """Return Plotly's dash of a series; solid except for some interconnectors."""
    return DASHES.get(category, "solid")
