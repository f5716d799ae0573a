"""The dashboard: Streamlit only. Imports all below; nobody imports it."""
