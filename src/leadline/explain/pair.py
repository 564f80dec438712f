"""Two snapshots side by side with their changes: what a rule may look at."""

from leadline.explain.witness import Witness
from leadline.snapshot.diff import Change, Difference
from leadline.snapshot.snapshot import Snapshot


class Pair:
    """Both sides of one host and every change between them, found by fact and key."""

    def __init__(self, before: Snapshot, after: Snapshot, difference: Difference) -> None:
        self.before = Witness("before", before)
        self.after = Witness("after", after)
        self._changes = {(change.fact, change.key): change for change in difference.changes}
        self._kinds: dict[tuple[str, str], list[Change]] = {}
        for change in difference.changes:
            self._kinds.setdefault((change.fact, change.kind), []).append(change)

    def change(self, fact: str, key: str) -> Change | None:
        """The change of one entry, None where it did not change."""
        return self._changes.get((fact, key))

    def changes(self, fact: str, kind: str) -> list[Change]:
        """Every change of one fact and kind."""
        return self._kinds.get((fact, kind), [])

    def side(self, change: Change) -> Witness:
        """The side on which the changed entry is: after, or before where it was removed."""
        return self.before if change.kind == "removed" else self.after
