"""The dashboard behind the request guard: `renewables up` passes this file to `streamlit run` in place of `app.py`.

Belongs here: the server around the pages. Not here: the pages (`app.py`), the rules for refusing a request
(`renewables/request_guard.py`).
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboards.first_paint import FirstPaint
from renewables.request_guard import RequestGuard
from warehouse.settings import Settings

app = st.App(
    Path(__file__).parent / "app.py",
    middleware=[
        Middleware(RequestGuard, public_url=str(Settings().dashboard_url), setting="DASHBOARD_URL"),
        Middleware(FirstPaint),
    ],
)
