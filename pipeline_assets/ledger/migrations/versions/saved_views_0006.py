"""Adds the table of saved views: filters and columns of a page under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table `saved_views`."""
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("page", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_key", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("owner_key", sa.String, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at_us", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("page", "owner_key", "name_key"),
        comment="Filters and columns of a page under a name; owner is empty for a shared view.",
    )
