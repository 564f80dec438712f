"""Mounts that the init container of a network plugin makes on the host."""

from leadline.explain.components import seen_apart
from leadline.explain.kubelet_paths import PODS
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match
from leadline.snapshot.diff import Change


def made_by(component: str, change: Change, pair: Pair, *facts: str) -> Match | None:
    """The component's, where other facts than mounts and `facts` show it; likely so for its own cgroup2 below
    /run beside mounts of pods."""
    side = pair.side(change)
    if author := seen_apart(side, component, *facts, *MOUNT):
        return Match(author)
    path, mount = change.key.partition(" #")[0], change.entry
    own = path.startswith(("/run/", "/var/run/")) and (mount.source, mount.fstype) == ("none", "cgroup2")
    pods = side.mount(*PODS) if own else None
    if pods is None:
        return None
    return Match((side.saw(change.fact, f"{path} {mount.source} {mount.fstype}"), pods), "likely")
