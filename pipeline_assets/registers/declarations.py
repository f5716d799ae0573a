"""The registers by name: what parsing, DDL, assets, pages and downloads share about each.

Not here: the form of a declaration (`register_model.py`), where an issue comes from (`sources.py`).
"""

from collections.abc import Mapping
from datetime import timedelta

from pipeline_assets.registers.register_model import Register
from pipeline_assets.registers.repd import REPD
from pipeline_assets.registers.tec import TEC

REGISTERS: Mapping[str, Register] = {register.name: register for register in (REPD, TEC)}
"The registers by name."

FRESH_WITHIN: Mapping[str, timedelta] = {"repd": timedelta(days=150), "tec": timedelta(days=60)}
"The age of the newest issue that is worth a warning: REPD appears every quarter, TEC about twice a week."

SCHEDULE_NAME = "every_month_registers"
"The name of the schedule that fetches them."
