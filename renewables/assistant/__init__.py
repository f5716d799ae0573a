"""Questions in plain English that a language model answers with queries. No Streamlit: page and command share it."""
