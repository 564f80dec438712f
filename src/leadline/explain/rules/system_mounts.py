"""Kernel filesystems that systemd mounts at their fixed place, at boot or when somebody first looks."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

PLACES = {
    "/proc/sys/fs/binfmt_misc": "binfmt_misc",
    "/sys/kernel/tracing": "tracefs",
    "/sys/kernel/debug/tracing": "tracefs",
    "/sys/kernel/debug": "debugfs",
    "/sys/kernel/config": "configfs",
    "/sys/kernel/security": "securityfs",
    "/sys/fs/fuse/connections": "fusectl",
    "/sys/fs/pstore": "pstore",
    "/sys/fs/bpf": "bpf",
    "/sys/firmware/efi/efivars": "efivarfs",
    "/dev/hugepages": "hugetlbfs",
    "/dev/mqueue": "mqueue",
    "/boot": "*",
    "/boot/efi": "vfat",
    "/efi": "vfat",
}


def match(change: Change, pair: Pair) -> Match | None:
    path = change.key.partition(" #")[0]
    entry = change.entry
    if change.kind == "changed" or path not in PLACES:
        return None
    side = pair.side(change)
    if entry.fstype == "autofs" and entry.source == "systemd-1":
        return Match((side.saw("findmnt", f"{path} systemd-1 autofs"),), "likely", {"fstype": "autofs"})
    if PLACES[path] not in ("*", entry.fstype):
        return None
    automount = side.entries("findmnt").get(path)
    if automount is not None and automount.fstype == "autofs" and entry.fstype != "autofs":
        return Match(
            (side.saw("findmnt", f"{path} {automount.source} autofs"),), values={"fstype": entry.fstype}
        )
    if path in ("/boot", "/boot/efi", "/efi") or (entry.source or entry.fstype) != entry.fstype:
        # systemd names a kernel filesystem's source like its type, except binfmt_misc under its automount.
        return None
    author = seen_apart(side, "systemd", *MOUNT)
    return Match(author, "likely", {"fstype": entry.fstype}) if author else None


rule = Rule(
    name="system-mounts",
    facts=("findmnt", "df"),
    component="systemd",
    class_="runtime",
    why=Text(
        "systemd mounts {fstype} at this fixed place: at boot, or by an automount when somebody first looks there "
        "(`sysctl -a` is enough for binfmt_misc). Nobody configured it.",
        "systemd가 {fstype} 파일시스템을 정해진 자리에 마운트합니다. 부팅할 때, 또는 automount에 처음 접근할 때 마운트됩니다"
        "(binfmt_misc는 `sysctl -a`만으로도 마운트됩니다). 누가 설정한 것이 아닙니다.",
    ),
    since="systemd 183",
    source="systemd/systemd src/shared/mount-setup.c, units/*.automount, units/*.mount",
    match=match,
)
