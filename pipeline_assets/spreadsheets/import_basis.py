"""The basis that the rows of a file are compared with: the ledger after the earlier changes of the same batch.

Belongs here: trying such changes out, and the resulting records. Not here: which changes (`import_plan.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Action, Change, Key, Receipt, Recorded
from pipeline_assets.ledger.history import fold_changes
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, read_portfolio


@dataclass(frozen=True)
class Basis:
    """The records after some planned changes.

    `held` holds the records after `changes`, at the position that the ledger has without them; `recorded` is what the
    ledger would record for them; `stored` holds the records that the ledger has.
    """

    engine: sa.Engine
    ledger: Portfolio
    held: Portfolio
    changes: tuple[Change, ...] = ()
    recorded: tuple[Recorded, ...] = ()

    @classmethod
    def of(cls, engine: sa.Engine) -> "Basis":
        """Return the ledger in its present state."""
        portfolio = read_portfolio(engine)
        return cls(engine, portfolio, portfolio)

    @cached_property
    def stored(self) -> frozenset[Key]:
        """Return the keys of the records that the ledger has, including archived ones."""
        return self.ledger.keys()

    @cached_property
    def made(self) -> frozenset[Key]:
        """Return the keys of the records that the changes create."""
        return frozenset((change.kind, change.id) for change in self.recorded if change.action is Action.CREATE)

    def try_out(self, changes: Sequence[Change]) -> Receipt:
        """Return the receipt of a dry run of these changes after the earlier ones. Raises Refused."""
        return submit(
            self.engine, [*self.changes, *changes], actor=Actor.program("import"), token=new_id(), dry_run=True
        )

    def after(self, changes: Sequence[Change]) -> "Basis":
        """Return the basis after more changes. Raises Refused, StaleVersion, LedgerUnavailable."""
        receipt = self.try_out(changes)
        keys = {(change.kind, change.id) for change in receipt.changes}
        stored = {key: record for key in keys if (record := self.ledger.get(*key))}
        state = fold_changes(receipt.changes, onto=stored)
        available = self.ledger.updated(state.values(), self.ledger.position, self.ledger.batch)
        return Basis(self.engine, self.ledger, available, (*self.changes, *changes), receipt.requested)
