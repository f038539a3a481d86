"""The first shape of the database; the statements stand in the SQL file beside this one."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    # The driver itself: several statements at once, and % is only a percent sign.
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
