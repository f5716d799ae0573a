"""Questions in words, answered by a language model out of queries. No Streamlit: page and command share it."""
