"""The range of years for days and times in settings, spans, forms and imports."""

from datetime import date

EARLIEST_DATE, LATEST_DATE = date(1990, 1, 1), date(2100, 12, 31)
"""The earliest and the latest accepted date. One outside is a typing error, a placeholder such as 9999-12-31, or
Excel's day zero.
"""
