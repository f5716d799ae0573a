"""The areas that invented projects are in, and the parts of their names.

Belongs here: invented words, and rough positions of real areas. Not here: projects (`invented_projects.py`).
"""

from typing import NamedTuple


class Place(NamedTuple):
    """An area; `easting` and `northing` are near its middle in metres, on OSGB36 unless it is on the Irish grid."""

    county: str
    region: str
    country: str
    easting: int
    northing: int
    authority: str
    host: str
    "The transmission owner of the TEC register, or an empty text for none."


ON_LAND = (
    Place("Lincolnshire", "East Midlands", "England", 518_000, 362_000, "North Kesteven", "NGET"),
    Place("Norfolk", "Eastern", "England", 592_000, 312_000, "Breckland", "NGET"),
    Place("Cambridgeshire", "Eastern", "England", 538_000, 276_000, "East Cambridgeshire", "NGET"),
    Place("Kent", "South East", "England", 592_000, 148_000, "Ashford", "NGET"),
    Place("Oxfordshire", "South East", "England", 446_000, 212_000, "Cherwell", "NGET"),
    Place("Devon", "South West", "England", 282_000, 98_000, "Mid Devon", "NGET"),
    Place("Cornwall", "South West", "England", 194_000, 58_000, "Cornwall", "NGET"),
    Place("Wiltshire", "South West", "England", 402_000, 156_000, "Wiltshire", "NGET"),
    Place("North Yorkshire", "Yorkshire and Humber", "England", 442_000, 484_000, "North Yorkshire", "NGET"),
    Place("Northumberland", "North East", "England", 402_000, 592_000, "Northumberland", "NGET"),
    Place("Powys", "Wales", "Wales", 304_000, 272_000, "Powys", "NGET"),
    Place("Carmarthenshire", "Wales", "Wales", 246_000, 226_000, "Carmarthenshire", "NGET"),
    Place("Gwynedd", "Wales", "Wales", 262_000, 344_000, "Gwynedd", "NGET"),
    Place("Highland", "Scotland", "Scotland", 258_000, 852_000, "Highland", "SHET"),
    Place("Aberdeenshire", "Scotland", "Scotland", 372_000, 832_000, "Aberdeenshire", "SHET"),
    Place("Dumfries & Galloway", "Scotland", "Scotland", 268_000, 582_000, "Dumfries and Galloway", "SPT"),
    Place("Scottish Borders", "Scotland", "Scotland", 358_000, 648_000, "Scottish Borders", "SPT"),
    # Northern Ireland: the first on OSGB36, the second on the Irish grid, as in the published files.
    Place("Antrim", "Northern Ireland", "Northern Ireland", 130_500, 558_700, "Mid and East Antrim", ""),
    Place("Tyrone", "Northern Ireland", "Northern Ireland", 251_700, 372_700, "Fermanagh and Omagh", ""),
)
AT_SEA = (
    Place("Offshore", "Offshore", "England", 612_000, 452_000, "Planning Inspectorate", "NGET"),
    Place("Offshore", "Offshore", "Scotland", 398_000, 912_000, "Marine Directorate", "SHET"),
    Place("Offshore", "Offshore", "Wales", 188_000, 192_000, "Planning Inspectorate", "NGET"),
)
BEGINNINGS = (
    *("Ashwick", "Brackleigh", "Corrinmuir", "Dunnerholt", "Elverscombe", "Fennimore", "Garrowby Lea", "Hexlow"),
    *("Inchgarvel", "Jesmar", "Kelverstone", "Lathenbrook", "Marrowdale", "Nethershaw", "Oxenfirth", "Pennardine"),
    *("Quarrendale", "Rushenwick", "Skelbrae", "Tolmarsh", "Ulverthorn", "Vennacombe", "Wexcombe", "Yarrowhythe"),
)
ENDINGS = ("", "", "", " North", " Hill", " Moor", " Lane", " Common", " Grange", " II")
WELSH = ("Bryn Môr", "Cefn Llŷthin", "Ynys Ŵyth", "Morfa Tân")
"Names with letters that Windows-1252 has (ô, â) and has not (ŷ, Ŵ)."
OPERATORS = (
    *("Alderbeck Renewables", "Brightmoor Power", "Cairnvale Energy", "Dovecote Solar", "Eddystane Wind"),
    *("Fenmarch Energy", "Gritstone Storage", "Hollinbeck Infrastructure", "Ivelmere Renewables", "Juniperfield Power"),
    *("Kestrelhow Wind", "Lowmoss Batteries", "Marchbank Green Power", "Northwold Offshore", "Ottermere Energy"),
    *("Peatrigg Wind", "Ravensgill Developments", "Sandlark Solar", "Tidewrack Offshore", "Umberfield Energy"),
)
SUBSTATIONS = ("Blackbarrow", "Coldmere", "Eastrig", "Fosseway", "Greenlaw Muir", "Hartshaw", "Kingswater", "Oldwhite")
