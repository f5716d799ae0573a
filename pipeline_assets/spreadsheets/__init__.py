"""Records in and out as spreadsheets: a file is read, compared with the ledger, shown, and only then submitted.

`exporting`: template and export. `importing`: plan, and confirm as one batch. Below them: `sheets` (which columns there
are), `tables` (a file's rows), `cells` (one value), `holdings` (the ledger's state), `rows` (what a row asks for).
Plain functions on an engine; no Dagster, no Streamlit.
"""
