"""What was set by hand and no file keeps: a boot takes it away."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only, reboot
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    booted = reboot(pair)
    if not booted:
        return None
    if change.kind == "removed":
        if change.fact == "ip_addr" and (change.entry.mac or "02")[1:2] not in ("2", "6", "a", "e"):
            return None  # a vendor's address: a card, which does not live in the kernel alone
        if change.fact in ("findmnt", "df") and change.key in pair.after.entries("fstab"):
            return None  # a file asks for it, and yet it is missing: that wants looking at
        return Match(booted, "likely", {"what": change.key})
    if change.fact == "ip_addr" and only(change, "addresses", "lifetimes", "link", "index", "mac"):
        lost = set(change.before.addresses or ()) - set(change.after.addresses or ())
        gained = set(change.after.addresses or ()) - set(change.before.addresses or ())
        if lost and all(each.startswith("fe80") for each in gained):
            return Match(booted, "likely", {"what": " ".join(sorted(lost))})
    return None


rule = Rule(
    name="lost-at-boot",
    facts=(
        "ip_addr",
        "df",
        "findmnt",
        "ip_route",
        "ip_rule",
        "ip_neigh",
        "bridge_fdb",
        "bridge_link",
        "bridge_vlan",
    ),
    component="kernel",
    class_="config",
    why=Text(
        "The host was started again in between: {what} lived in the kernel alone and nothing made it again since. Whoever "
        "needs it must write it down (network configuration, fstab, a unit).",
        "그 사이에 호스트가 다시 시작되었습니다. {what}은(는) 커널 안에만 있었고 다시 만든 것이 없습니다. 필요하다면 네트워크 "
        "설정, fstab, 유닛 등에 적어 두어야 합니다.",
    ),
    since="every kernel",
    source="linux drivers/char/random.c (boot_id)",
    match=match,
)
