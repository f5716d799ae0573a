"""Import and export of records as spreadsheets: a file is compared with the ledger and shown before it is submitted.

`exporter` writes the template and the export. `import_plan` plans an import and confirms it as one batch. Below them
are `sheet_columns` (the columns of each sheet), `file_reader` (the rows of a file), `parsed_rows` and `cells` (the
values), `portfolio_index` (the state of the ledger) and `row_planner` (the changes of a row). All are plain functions
on an engine; no Dagster, no Streamlit.
"""
