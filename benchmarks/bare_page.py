"""The page that dashboard pages are compared with: Streamlit, a title and a Plotly chart of one line over a week."""

import math

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import streamlit as st

HALF_HOURS = 336

st.title("Bare")
st.plotly_chart(go.Figure(go.Scatter(y=[math.sin(n / 8) for n in range(HALF_HOURS)])))
