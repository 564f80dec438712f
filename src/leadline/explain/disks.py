"""What df's figures hang together by: which entries repeat one disk, and how much of it is container images."""

from functools import lru_cache
from typing import Any

from leadline.base.text import Text
from leadline.explain.container_mounts import cri_place
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

IN_MEMORY = ("tmpfs", "devtmpfs", "ramfs", "shm", "hugetlbfs")
SPACE = ("used", "available", "use_percent")


def amount(size: float) -> str:
    """A size as people read it: `2.0 GiB`, `152 KiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(size) < 1024:
            return f"{size:.0f} {unit}" if unit in ("B", "KiB") else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


def in_memory(entry: Any) -> bool:
    """Whether a filesystem lies in memory; `df -h` shows no types, but tmpfs bears its type as its source."""
    return (entry.fstype or entry.source) in IN_MEMORY


def _is_disk(entry: Any) -> bool:
    return bool(entry.size) and None not in (entry.used, entry.available) and not in_memory(entry)


def _same(one: Any, other: Any) -> bool:
    """Whether two entries show the same figures; rounded ones (`df -h` rounds up) may lie 5 % apart."""
    if not one.rounded and not other.rounded:
        return (one.size, one.used, one.available) == (other.size, other.used, other.available)
    pairs = ((one.size, other.size), (one.used, other.used), (one.available, other.available))
    return all(abs(a - b) <= 0.05 * max(a, b) for a, b in pairs)


@lru_cache(maxsize=4)
def _disks(side: Witness) -> dict[str, Any]:
    """The mount points that stand for a disk each: `/`, else a real device's shortest path."""
    found: dict[str, Any] = {}
    order = sorted(
        ((path, entry) for path, entry in side.entries("df").items() if _is_disk(entry)),
        key=lambda item: (item[0] != "/", not item[1].source.startswith("/dev/"), len(item[0]), item[0]),
    )
    for path, entry in order:
        if not any(_same(entry, other) for other in found.values()):
            found[path] = entry
    return found


def repeats(side: Witness, path: str, entry: Any) -> str | None:
    """The mount point whose size, used and available space an entry shows again; None where it is the disk."""
    disks = _disks(side)
    if path in disks or not _is_disk(entry):
        return None
    return next((main for main, disk in disks.items() if _same(entry, disk)), None)


@lru_cache(maxsize=4)
def images(side: Witness) -> int:
    """Bytes of all container images as crictl tells them (compressed for some runtimes)."""
    return sum(each.size or 0 for each in side.entries("crictl_images").values())


@lru_cache(maxsize=4)
def container_filesystems(side: Witness) -> tuple[str, ...]:
    """The overlay root filesystems of pods' containers in df or findmnt."""
    for fact in ("findmnt", "df"):
        found = tuple(
            path for path, each in side.entries(fact).items() if each.fstype == "overlay" and _rootfs(path)
        )
        if found:
            return found
    return ()


def _rootfs(path: str) -> bool:
    place = cri_place(path)
    return place is not None and place.role == "rootfs"


def moved(change: Change) -> tuple[int, Text] | None:
    """By how much a filesystem's use moved, and in words from what to what; None where not told."""
    if change.before.used is None or change.after.used is None:
        return None
    old, new = amount(change.before.used), amount(change.after.used)
    by = change.after.used - change.before.used
    sign = "+" if by >= 0 else "−"
    if by == 0:
        return 0, Text(f"{new}, about as before", f"{new}로 거의 그대로")
    return by, Text(f"{old} → {new} ({sign}{amount(abs(by))})", f"{old} → {new}({sign}{amount(abs(by))})")


def figure(side: Witness, path: str, entry: Any) -> Evidence:
    """A df line as evidence."""
    return side.saw("df", f"{path} size {entry.size} used {entry.used} available {entry.available}")
