"""The fingerprint of the derived tables: it changes whenever the same changes could give other tables.

Belongs here: what the fingerprint covers. Not here: what follows from it (`landing.py`).
"""

import hashlib
from pathlib import Path

from pipeline_assets import metrics, tables, upgrades
from pipeline_assets.fields import fields_of
from pipeline_assets.ledger import history
from pipeline_assets.models import ENTITIES

_REPLAY_SOURCES = b"".join(
    Path(module.__file__).read_bytes() for module in (tables, history, upgrades) if module.__file__
)
"""The code that replays changes into tables. It is read on import: a server may run for long after an update has
replaced the files, and its tables are those of the code that it runs.
"""


def tables_fingerprint() -> str:
    """Return a digest of all fields with their words, of the views, and of the code that replays changes."""
    fields = [(field, field.words) for kind in ENTITIES for field in fields_of(kind)]
    facts = repr((fields, tables.CHANGES, tables.RECORD, tables.DATED, tables.DTYPES, metrics.view_statements()))
    return hashlib.sha256(facts.encode() + _REPLAY_SOURCES).hexdigest()
