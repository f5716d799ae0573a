"""Adds the table of what was last reported about checks, schedules and sensors."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table `conditions`."""
    op.create_table(
        "conditions",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("is_well", sa.Boolean, nullable=False),
        sa.Column("since_us", sa.BigInteger, nullable=False),
        comment="What people were last told of checks, schedules and sensors; a subject without a row is well.",
    )
