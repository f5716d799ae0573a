"""The words and headers that people use, with their meaning here.

Belongs here: spellings only. Not here: how a cell or a header is looked up (`cells.py`, `sheet_columns.py`). Case,
blanks and punctuation do not matter. A word that could mean two things is left out on purpose: it is rejected with the
words to choose from.
"""

from enum import StrEnum

from pipeline_assets.vocabulary import (
    ContactRole,
    Market,
    MilestoneName,
    PointStatus,
    ProjectRole,
    Rag,
    Stage,
    Technology,
)

WORDS: dict[type[StrEnum], dict[StrEnum, tuple[str, ...]]] = {
    Technology: {
        Technology.SOLAR: (
            *("PV", "Solar PV", "PV Solar", "Photovoltaic", "Photovoltaics", "Solar Photovoltaic"),
            *("Solar Photovoltaics", "Solar farm", "Ground mount solar", "Ground-mounted solar", "Solar PV farm"),
        ),
        Technology.WIND_ONSHORE: ("Onshore", "Onshore wind", "Onshore wind farm", "Wind (onshore)"),
        Technology.WIND_OFFSHORE: (
            "Offshore",
            "Offshore wind",
            "Offshore wind farm",
            "Floating wind",
            "Fixed offshore",
        ),
        Technology.WIND: ("Wind farm", "Wind power", "Wind turbines"),
        Technology.BESS: (
            *("Battery", "Batteries", "Storage", "Battery Storage", "Energy storage", "Battery energy storage"),
            *("Battery energy storage system", "Battery storage system", "Energy storage system", "ESS", "BES"),
            *("Battery (BESS)", "Battery storage (BESS)", "BESS (battery storage)", "Lithium-ion battery", "Li-ion"),
        ),
    },
    Stage: {
        Stage.DISCOVERY: ("Prospect", "Prospecting", "Origination", "Feasibility", "Early stage", "Discover"),
        Stage.DESIGN: ("Designing", "In design", "Detailed design"),
        Stage.PROCUREMENT: ("Procuring", "In procurement", "Tender", "Tendering"),
        Stage.CONSTRUCTION: ("Under construction", "In construction", "Constructing", "Build", "In build"),
        Stage.COMMISSIONING: ("In commissioning", "Being commissioned"),
        Stage.COMPLETED: ("Complete", "Operational", "Operating", "In operation", "Live", "Built", "Energised"),
        Stage.ON_HOLD: ("Hold", "Held", "Paused", "Parked", "Suspended"),
    },
    Rag: {
        Rag.GREEN: ("G", "On track"),
        Rag.AMBER: ("A", "Yellow", "Orange"),
        Rag.RED: ("R",),
    },
    Market: {
        Market.GREAT_BRITAIN: ("GB", "UK", "GBR", "United Kingdom", "Britain", "England", "Scotland", "Wales"),
        Market.IRELAND: ("IE", "ROI", "Republic of Ireland", "Eire", "I-SEM"),
        Market.FRANCE: ("FR",),
        Market.GERMANY: ("DE",),
        Market.ITALY: ("IT",),
        Market.NETHERLANDS: ("NL", "The Netherlands", "Holland"),
        Market.NORDICS: ("Nordic",),
        Market.POLAND: ("PL",),
        Market.SPAIN: ("ES",),
    },
    ContactRole: {
        ContactRole.CEO: ("Chief executive", "Chief executive officer"),
        ContactRole.FINANCE_LEAD: ("Finance",),
        ContactRole.LEGAL_LEAD: ("Legal",),
        ContactRole.GRID_LEAD: ("Grid",),
        ContactRole.DEAL_LEAD: ("Deal",),
        ContactRole.PLATFORM_LEAD: ("Platform",),
    },
    ProjectRole: {ProjectRole.EPC: ("EPC", "Contractor"), ProjectRole.OFFTAKER: ("Off-taker",)},
    PointStatus: {
        PointStatus.OPEN: ("Active", "Live", "New", "Ongoing", "In progress", "Not started"),
        PointStatus.CLOSED: ("Close", "Done", "Resolved", "Complete", "Completed", "Mitigated"),
    },
    MilestoneName: {
        MilestoneName.HEADS_OF_TERMS: ("HoT", "HoTs", "Heads of terms signed"),
        MilestoneName.LAND_OPTION: ("Option", "Option agreement", "Option signed", "Land secured"),
        MilestoneName.GRID_APPLICATION: ("Connection application",),
        MilestoneName.GRID_OFFER: ("Connection offer", "Grid offer received"),
        MilestoneName.GRID_ACCEPTANCE: ("Grid offer accepted", "Connection offer accepted", "Grid offer acceptance"),
        MilestoneName.PLANNING_SCREENING: ("Screening", "EIA screening", "Planning screening opinion"),
        MilestoneName.PLANNING_SUBMISSION: ("Planning application", "Planning submitted", "Planning application made"),
        MilestoneName.PLANNING_DECISION: ("Planning consent", "Planning permission", "Planning determination"),
        MilestoneName.ROUTE_TO_MARKET: ("CfD", "PPA", "CfD / PPA", "Route to market", "Contract for difference"),
        MilestoneName.INVESTMENT_DECISION: ("FID", "Final investment decision"),
        MilestoneName.RTB: ("Ready to build", "Ready-to-build", "Ready to build (RTB)"),
        MilestoneName.PLANNING_EXPIRY: ("Planning permission expiry", "Permission expiry", "Consent expiry"),
        MilestoneName.CONSTRUCTION_START: ("Start of construction", "Construction begins"),
        MilestoneName.GRID_ENERGISATION: ("Energisation", "Energization", "First power"),
        MilestoneName.COD: ("Commercial operation", "Commercial operation date", "Commercial operations date"),
    },
}
"The words that people use, by the word of the vocabulary."

ORIGIN_HEADERS = {
    "created": ("Created at", "Created on", "Date created", "Creation date"),
    "created_by": ("Author",),
    "modified": ("LastModified", "Last modified at", "Modified at", "Last updated", "Updated at", "Last changed"),
    "modified_by": ("LastModifiedBy", "Last updated by", "Updated by", "Changed by"),
}
COUNTERPARTY_HEADERS = {
    "name": (
        *("CounterpartyName", "Counterparty", "Company", "Company name", "Organisation", "Organization", "Firm"),
        *("Organisation name", "Organization name", "Legal name", "Partner", "Business name"),
    ),
    "website": ("Web", "URL", "Web site", "Home page", "Web address", "Link", "Web page"),
    "notes": ("Strategy", "Note", "Comment", "Comments", "Remarks", "Description"),
}
CONTACT_HEADERS = {
    "name": ("Contact", "Contact person", "Person", "Main contact", "Primary contact", "Key contact"),
    "email": ("Email", "E-mail", "Email address", "E-mail address", "Mail", "Contact email address"),
    "phone": ("Tel", "Telephone", "Phone", "Phone number", "Telephone number", "Mobile", "Mobile number", "Tel no"),
}
CONTACT_ROLE_HEADERS = ("contact_role", "role", "roles", "Person's role")
PROJECT_HEADERS = {
    "name": (
        *("ProjectName", "Project", "PipelineName", "Project title", "Scheme", "Scheme name", "Site", "Site name"),
        *("Development", "Development name", "Asset", "Asset name"),
    ),
    "market": ("Country", "Energy market", "Power market"),
    "stage": (
        *("ProjectStatus", "Status", "Project stage", "Development stage", "Development status", "Phase"),
        *("Project phase", "Current stage", "Current status", "Pipeline stage", "Stage of development"),
    ),
    "rag": ("RAGStatus", "RAG rating", "Traffic light", "RAG colour", "R/A/G", "BRAG"),
    "rag_comment": (
        *("RAG comments", "RAG note", "RAG notes", "RAG commentary", "RAG reason", "RAG status comment"),
        *("Status comment", "Status comments", "Commentary", "Reason for RAG"),
    ),
    "rtb_date": (
        *("RTBDate", "RTB", "Ready to build", "Ready to build date", "Date ready to build", "Target RTB"),
        *("Target RTB date", "RTB target", "RTB target date", "Expected RTB", "Expected RTB date", "Forecast RTB"),
        *("Forecast RTB date", "RTB forecast", "Planned RTB", "Planned RTB date", "Estimated RTB", "Est RTB"),
        *("Ready to build (RTB) date", "RTB date (ready to build)", "Ready-to-build target"),
    ),
    "status_date": ("Status of", "Date of status", "Status as of", "Status as at", "As of", "As at", "Status from"),
    "notes": ("Note", "Comment", "Comments", "Remarks", "Project notes"),
}
PROJECT_ROLE_HEADERS: dict[ProjectRole, tuple[str, ...]] = {
    ProjectRole.DEVELOPER: (
        *("Counterparty", "CounterpartyName", "Developers", "Developer name", "Developed by"),
        *("Development partner", "Developer company"),
    ),
    ProjectRole.OWNER: ("Owners", "Owner name", "Owned by", "Asset owner"),
    ProjectRole.INVESTOR: ("Investors", "Investor name", "Funder"),
    ProjectRole.EPC: ("Contractor", "Contractors", "EPC contractors", "EPC provider"),
    ProjectRole.SUPPLIER: ("Suppliers", "Supplier name", "Equipment supplier"),
    ProjectRole.LANDOWNER: ("Landowners", "Land owner", "Landlord", "Landowner name"),
    ProjectRole.OFFTAKER: ("Offtakers", "Off-taker", "PPA offtaker", "PPA counterparty"),
    ProjectRole.LENDER: ("Lenders", "Lender name", "Bank", "Debt provider"),
}
FACILITY_HEADERS = {
    "name": ("Facility", "Plant", "Plant name"),
    "technology": (
        *("Technology type", "Technologies", "Tech", "Tech type", "Type", "Project type", "Plant type"),
        *("Generation type", "Energy type", "Asset type", "Generation technology"),
    ),
    "capacity_mwp": (
        *("Capacity", "Capacity (MWp)", "MWp", "Capacity (MW)", "MW", "MWs", "Capacity in MW", "Size", "Size (MW)"),
        *("Size (MWp)", "Project size", "Project size (MW)", "Project size (MWp)", "Installed capacity"),
        *("Installed capacity (MW)", "Installed capacity (MWp)", "Project capacity", "Project capacity (MW)"),
        *("Project capacity (MWp)", "Total capacity", "Total capacity (MW)", "Total capacity (MWp)"),
        *("Nameplate capacity", "Nameplate capacity (MW)", "Rated power", "Rated power (MW)", "Peak capacity (MWp)"),
        *("Capacity (MWdc)", "MWdc", "MW DC", "DC capacity", "DC capacity (MW)", "DC capacity (MWp)"),
        *("Planned capacity", "Planned capacity (MW)", "Generation capacity", "Generation capacity (MW)"),
        *("MW capacity", "MWp capacity", "Facility capacity", "Facility capacity (MW)", "Plant capacity (MW)"),
    ),
    "longitude": ("Long", "Lon", "Lng"),
    "latitude": ("Lat",),
    "export_capacity_mw": (
        *("Export capacity", "Export capacity (MW)", "Export MW", "Grid capacity", "Grid capacity (MW)", "MW AC"),
        *("MWac", "Capacity (MWac)", "AC capacity", "AC capacity (MW)", "TEC", "TEC (MW)", "Export limit (MW)"),
    ),
    "storage_mwh": ("Storage", "MWh", "Energy capacity (MWh)", "Storage capacity (MWh)", "Battery (MWh)"),
    "connection_point": ("Point of connection", "POC", "Connection site", "Substation", "Grid connection point"),
    "tec_project_id": ("TEC ID", "TEC register ID", "TEC project"),
    "repd_ref_id": ("REPD", "REPD ID", "REPD Ref", "REPD reference"),
    "planning_reference": ("Planning ref", "Planning application reference", "Planning application number"),
    "permission_expiry": ("Permission expiry", "Planning expiry", "Planning permission expiry", "Consent expiry"),
}
COORDINATE_HEADERS = (
    *("Coordinate", "Coords", "Coord", "Lat/Long", "Lat/Lon", "Lat/Lng", "Latitude, longitude", "Lat and long"),
    *("Lat & lon", "Latitude and longitude", "GPS", "GPS coordinates", "GPS coords", "Map coordinates"),
    *("Site coordinates", "Project coordinates", "Plant coordinates", "Location coordinates", "Lat/Long coordinates"),
    *("Lat, long (WGS84)", "Geo coordinates", "Geolocation", "Google Maps coordinates", "Decimal coordinates"),
)
LOCATION_HEADERS = (
    *("Location", "Site location", "Project location", "Facility location", "Plant location", "GPS location"),
    *("Map location", "Position", "Place"),
)
"These may also hold words, such as the nearest town: they count if one of their cells holds coordinates."
LONGITUDE_FIRST_HEADERS = ("Longitude, latitude", "Long/Lat", "Lon/Lat", "Lng/Lat", "Longitude and latitude")
POINT_HEADERS = {
    "name": (
        *("Title", "InformationPoint", "Information point name", "Risk", "Risk name", "Risk title", "Issue"),
        *("Issue name", "Issue title", "Subject"),
    ),
    "pipeline_id": ("PipelineID", "Project ID"),
    "market": ("Country", "Energy market", "Power market"),
    "technology": ("Technology type", "Tech", "Tech type"),
    "description": ("Details", "Detail", "Summary", "Risk description", "Issue description"),
    "impact": ("Impact score", "Severity", "Consequence"),
    "likelihood": ("Likelihood score", "Probability", "Chance"),
    "mitigation": ("Mitigation plan", "Mitigations", "Mitigating action", "Mitigating actions", "Response"),
    "owner": ("Risk owner", "Issue owner", "Responsible", "Responsible person", "Assigned to", "Assignee"),
    "due_date": ("Due", "Due by", "Deadline", "Target date"),
    "status": ("State", "Risk status", "Issue status", "Open/closed"),
}
POINT_PROJECT_HEADERS = ("ProjectName", "PipelineName", "Site", "Site name", "Scheme")
POINT_COUNTERPARTY_HEADERS = ("Counterparty", "CounterpartyName", "Company", "Companies")
MILESTONE_HEADERS = {
    "name": ("Milestone", "Milestone name", "Milestone type", "Event", "Step"),
    "pipeline_id": ("PipelineID", "Project ID"),
    "planned_date": ("Planned", "Plan", "Baseline", "Baseline date", "Planned for", "Original date"),
    "forecast_date": ("Forecast", "Forecast for", "Expected", "Expected date", "Current date", "Latest forecast"),
    "actual_date": ("Actual", "Achieved", "Date achieved", "Completed on", "Done on"),
    "owner": ("Milestone owner", "Responsible", "Responsible person", "Assigned to", "Assignee"),
    "note": ("Notes", "Comment", "Comments", "Remarks"),
}
