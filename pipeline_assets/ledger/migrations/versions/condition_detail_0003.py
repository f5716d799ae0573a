"""Adds what exactly is not well, so that a second unknown series is reported while the first one is still open."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column `detail` to `conditions`."""
    op.add_column("conditions", sa.Column("detail", sa.String, nullable=False, server_default=""))
