"""The declaration of the Renewable Energy Planning Database, which DESNZ publishes every quarter."""

from pipeline_assets.registers.register_model import (
    CellKind,
    Register,
    RegisterColumn,
    StatusGroup,
    date_column,
    later_column,
    number_column,
)
from pipeline_assets.vocabulary import Technology

_REPD_COLUMNS = (
    RegisterColumn("Old Ref ID", "old_ref_id", description="The id of the record before 2013."),
    RegisterColumn("Ref ID", "ref_id", CellKind.CODE, "The key of the register."),
    date_column(
        "Record Last Updated (dd/mm/yyyy)",
        "record_last_updated",
        "When the register's editors last touched the record.",
        is_compared=False,
    ),
    RegisterColumn("Operator (or Applicant)", "operator", description="The operator or the applicant."),
    RegisterColumn("Site Name", "site_name", description="The site's name, which is no key."),
    RegisterColumn("Technology Type", "technology_type", description="The technology, as published."),
    RegisterColumn("Storage Type", "storage_type", description="Whether storage is co-located, and with what."),
    RegisterColumn(
        "Storage Co-location REPD Ref ID",
        "storage_colocation_ref_id",
        CellKind.CODE,
        "The record of the other half of a co-located site.",
    ),
    number_column("Installed Capacity (MWelec)", "capacity_mw", "MW", "Installed capacity, AC. It may be blank."),
    later_column("Share Community Scheme", "share_community_scheme", "Whether the community holds a share."),
    RegisterColumn("CHP Enabled", "chp_enabled", description="Whether the plant also sells heat."),
    later_column(
        "CfD Allocation Round", "cfd_allocation_round", "The allocation round of its contract for difference."
    ),
    number_column(
        "RO Banding (ROC/MWh)", "ro_banding_roc_per_mwh", "ROC/MWh", "Banding under the Renewables Obligation."
    ),
    number_column("FiT Tariff (p/kWh)", "fit_tariff_p_per_kwh", "p/kWh", "Feed-in tariff."),
    number_column("CfD Capacity (MW)", "cfd_capacity_mw", "MW", "Capacity under the contract for difference."),
    number_column("Turbine Capacity (MW)", "turbine_capacity_mw", "MW", "Capacity of one turbine."),
    number_column("No. of Turbines", "turbines", "", "Number of turbines."),
    number_column("Height of Turbines (m)", "turbine_height_m", "m", "Height of the turbines."),
    RegisterColumn("Mounting Type for Solar", "solar_mounting", description="Ground, Roof or Floating."),
    RegisterColumn("Development Status", "development_status", description="The status in full."),
    RegisterColumn("Development Status (short)", "development_status_short", description="The status, as published."),
    later_column(
        "Are they re-applying (New REPD Ref)",
        "new_ref_ids",
        "The records that replace a revised one, joined by &.",
        CellKind.CODE,
    ),
    later_column(
        "Are they re-applying (Old REPD Ref)", "old_ref_ids", "The records that this one replaces.", CellKind.CODE
    ),
    RegisterColumn("Address", "address", description="The site's address."),
    RegisterColumn("County", "county", description="The county, or Offshore."),
    RegisterColumn("Region", "region", description="The region, or Offshore."),
    RegisterColumn("Country", "country", description="The country of the United Kingdom."),
    RegisterColumn("Post Code", "post_code", description="The post code, or the beginning of one."),
    number_column("X-coordinate", "easting_m", "m", "Easting: OSGB36, or the Irish grid for some of Northern Ireland."),
    number_column("Y-coordinate", "northing_m", "m", "Northing, in the grid of the easting."),
    RegisterColumn("Planning Authority", "planning_authority", description="Who decides on the application."),
    RegisterColumn(
        "Planning Application Reference", "planning_reference", description="The authority's reference of it."
    ),
    RegisterColumn("Appeal Reference", "appeal_reference", description="The reference of the appeal."),
    RegisterColumn(
        "Secretary of State Reference",
        "secretary_of_state_reference",
        description="The Secretary of State's reference.",
    ),
    RegisterColumn(
        "Type of Secretary of State Intervention",
        "secretary_of_state_intervention",
        description="How the Secretary of State intervened.",
    ),
    date_column("Judicial Review", "judicial_review", "Date of the judicial review."),
    RegisterColumn("Offshore Wind Round", "offshore_wind_round", CellKind.CODE, "The Crown Estate's leasing round."),
    date_column("Planning Application Submitted", "application_submitted_date", "When the application was submitted."),
    date_column("Planning Application Withdrawn", "application_withdrawn_date", "When the application was withdrawn."),
    date_column("Planning Permission Refused", "permission_refused_date", "When permission was refused."),
    date_column("Appeal Lodged", "appeal_lodged_date", "When the appeal was lodged."),
    date_column("Appeal Withdrawn", "appeal_withdrawn_date", "When the appeal was withdrawn."),
    date_column("Appeal Refused", "appeal_refused_date", "When the appeal was refused."),
    date_column("Appeal Granted", "appeal_granted_date", "When the appeal was granted."),
    date_column("Planning Permission Granted", "permission_granted_date", "When permission was granted."),
    date_column(
        "Secretary of State - Intervened", "secretary_of_state_intervened_date", "When the Secretary intervened."
    ),
    date_column("Secretary of State - Refusal", "secretary_of_state_refused_date", "When the Secretary refused."),
    date_column("Secretary of State - Granted", "secretary_of_state_granted_date", "When the Secretary granted."),
    date_column(
        "Planning Permission Expired", "permission_expiry_date", "When permission expires if nothing is built."
    ),
    date_column("Under Construction", "construction_start_date", "When construction began."),
    date_column("Operational", "operational_date", "When the plant began to operate."),
    RegisterColumn("Heat Network Ref", "heat_network_ref", description="The heat network that the plant serves."),
    later_column("Solar Site Area (sqm)", "solar_site_area_sqm", "Area of the site.", CellKind.NUMBER, "m²"),
)

REPD = Register(
    name="repd",
    title="Renewable Energy Planning Database (REPD)",
    publisher="DESNZ",
    licence_line="Contains REPD data © Crown copyright, DESNZ, licensed under the Open Government Licence v3.0.",
    columns=_REPD_COLUMNS,
    key=("ref_id",),
    name_column="site_name",
    technology_column="technology_type",
    status_column="development_status_short",
    capacity_parts=(),
    has_coordinates=True,
    encodings=("utf-8", "cp1252"),
    technologies={
        "Solar Photovoltaics": Technology.SOLAR,
        "Wind Onshore": Technology.WIND_ONSHORE,
        "Wind Offshore": Technology.WIND_OFFSHORE,
        "Battery": Technology.BESS,
    },
    other_technologies=(
        *("Advanced Conversion Technologies", "Anaerobic Digestion", "Biomass (co-firing)", "Biomass (dedicated)"),
        *("EfW Incineration", "Fuel Cell (Hydrogen)", "Geothermal", "High Temp Low CO2 Heat Networks"),
        *("Hot Dry Rocks (HDR)", "Hydrogen", "Landfill Gas", "Large Hydro", "Sewage Sludge Digestion"),
        *("Shoreline Wave", "Small Hydro", "Tidal Barrage and Tidal Stream", "Tidal Lagoon", "Tidal Stream"),
    ),
    storing=(
        *("Battery", "Compressed Air Energy Storage", "Flywheel", "Flywheels", "Liquid Air Energy Storage"),
        "Pumped Storage Hydroelectricity",
    ),
    not_generating=(),
    statuses={
        "Application Submitted": StatusGroup.IN_PLANNING,
        "Appeal Lodged": StatusGroup.IN_PLANNING,
        "Awaiting Construction": StatusGroup.CONSENTED,
        "No Application Required": StatusGroup.CONSENTED,
        "Under Construction": StatusGroup.UNDER_CONSTRUCTION,
        "Operational": StatusGroup.OPERATIONAL,
        "Revised": StatusGroup.REVISED,
        "Application Refused": StatusGroup.ENDED,
        "Application Withdrawn": StatusGroup.ENDED,
        "Appeal Refused": StatusGroup.ENDED,
        "Appeal Withdrawn": StatusGroup.ENDED,
        "Planning Permission Expired": StatusGroup.ENDED,
        "Abandoned": StatusGroup.ENDED,
        "Decommissioned": StatusGroup.ENDED,
    },
    words={"country": ("England", "Scotland", "Wales", "Northern Ireland")},
)
