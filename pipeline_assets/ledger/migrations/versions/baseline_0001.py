"""The tables of gb-renewables 0.1.0, which ledgers of that version have already."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Change nothing: this version marks ledgers that were created before migrations existed."""
