"""The declaration of the register of transmission entry capacity, which NESO publishes about twice a week."""

from pipeline_assets.registers.register_model import (
    CellKind,
    Register,
    RegisterColumn,
    StatusGroup,
    date_column,
    later_column,
)
from pipeline_assets.vocabulary import Technology

_TEC_COLUMNS = (
    RegisterColumn("Project Name", "project_name", description="The project's name, which changes under one id."),
    RegisterColumn("Customer Name", "customer_name", description="Who holds the agreement."),
    RegisterColumn("Connection Site", "connection_site", description="The substation."),
    RegisterColumn("Stage", "stage", CellKind.CODE, "The stage of a project that connects in several; else null."),
    RegisterColumn(
        "MW Connected", "connected_mw", CellKind.NUMBER, "Capacity that is connected.", "MW", is_compared=False
    ),
    RegisterColumn(
        *("MW Increase / Decrease", "increase_mw", CellKind.NUMBER),
        *("Capacity that the row adds or takes away.", "MW"),
        is_compared=False,
    ),
    RegisterColumn(
        *("Cumulative Total Capacity (MW)", "cumulative_mw", CellKind.NUMBER),
        *("Capacity of the project up to this stage. Its sum counts stages twice.", "MW"),
        is_compared=False,
    ),
    date_column(
        "MW Effective From", "connection_date", "When the capacity connects. Blank if it is built, or not known."
    ),
    RegisterColumn("Project Status", "project_status", description="The status, as published."),
    RegisterColumn("Agreement Type", "agreement_type", description="Direct Connection or Embedded."),
    RegisterColumn("HOST TO", "host", description="The transmission owner: NGET, SPT, SHET or OFTO."),
    RegisterColumn("Plant Type", "plant_type", description="The technologies, joined by ;."),
    RegisterColumn("Project ID", "project_id", description="The key of the project."),
    RegisterColumn("Project Number", "project_number", description="NESO's number of the row."),
    later_column("Gate", "gate", "The gate of the connections reform, since 2026.", CellKind.CODE),
)

TEC = Register(
    name="tec",
    title="Transmission Entry Capacity (TEC) register",
    publisher="NESO",
    licence_line="Supported by National Energy SO Open Data (NESO Open Data Licence v1.0).",
    columns=_TEC_COLUMNS,
    key=("project_id", "stage"),
    name_column="project_name",
    technology_column="plant_type",
    status_column="project_status",
    capacity_parts=("connected_mw", "increase_mw"),
    has_coordinates=False,
    encodings=("utf-8",),
    technologies={
        "PV Array (Photo Voltaic/solar)": Technology.SOLAR,
        "Wind Onshore": Technology.WIND_ONSHORE,
        "Wind Offshore": Technology.WIND_OFFSHORE,
        "Energy Storage System": Technology.BESS,
    },
    other_technologies=(
        *("Biomass", "CCGT (Combined Cycle Gas Turbine)", "CHP (Combined Heat and Power)", "Coal", "Gas Reciprocating"),
        *("Geothermal", "Hydro", "Hydrogen", "Interconnector", "Nuclear", "OCGT (Open Cycle Gas Turbine)", "Oil"),
        *("Thermal", "Tidal", "Waste", "Wave"),
    ),
    storing=("Energy Storage System", "LAES (Liquid Air Energy Storage)", "Pump Storage", "Flywheel"),
    not_generating=("Demand", "Reactive Compensation"),
    statuses={
        "Scoping": StatusGroup.SCOPING,
        "Awaiting Consents": StatusGroup.IN_PLANNING,
        "Consents Approved": StatusGroup.CONSENTED,
        "Under Construction/Commissioning": StatusGroup.UNDER_CONSTRUCTION,
        "Built": StatusGroup.OPERATIONAL,
    },
    words={
        "agreement_type": ("Direct Connection", "Embedded"),
        "host": ("NGET", "SPT", "SHET", "OFTO"),
    },
)
