"""Adds how the name of each change's author was established, and which sign-ins people have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column `identity` to `changes`, where earlier names count as unverified, and the table `sign_outs`."""
    op.add_column("changes", sa.Column("identity", sa.String, nullable=False, server_default="unverified"))
    op.create_table(
        "sign_outs",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("began_at", sa.Float, nullable=False),
        comment="The newest sign-in that a person has ended: when it began, by the identity provider's clock.",
    )
