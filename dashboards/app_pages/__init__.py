"""The pages of the dashboard, one file each, run by `app.py`. Thin: they ask, and they lay out."""
