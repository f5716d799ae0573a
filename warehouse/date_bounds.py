"""The years that a day or a time may lie in, wherever one enters: settings, spans, forms, imports."""

from datetime import date

EARLIEST_DATE, LATEST_DATE = date(1990, 1, 1), date(2100, 12, 31)
"Both are accepted. What lies outside is a typing error, a placeholder such as 9999-12-31, or Excel's day zero."
