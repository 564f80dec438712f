"""The private tmpfs of a logged-in user."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness, first
from leadline.snapshot.diff import Change

PATH = re.compile(r"/run/user/(?P<uid>\d+)(?P<below>/(?:gvfs|doc))?")
# logind gives a tenth of the RAM; /run has a fifth, a half before systemd 246, and a tenth where the initramfs of
# Debian and Ubuntu mounts it. df rounds both sizes.
SHARES = ((0.44, 0.56), (0.17, 0.23), (0.9, 1.06))


def _share(side: Witness, entry: object) -> Evidence | None:
    """A size of one tenth of the RAM, as /run tells, whose share is known."""
    size, run = getattr(entry, "size", None), side.entries("df").get("/run")
    if not size or run is None or not run.size:
        return None
    if any(least < size / run.size < most for least, most in SHARES):
        return side.saw("df", f"/run {run.size} bytes; this one is a tenth of the RAM")
    return None


def match(change: Change, pair: Pair) -> Match | None:
    found = PATH.fullmatch(change.key)
    if found is None or change.kind == "changed":
        return None
    side = pair.side(change)
    uid = found["uid"]
    author = first(
        side.unit(f"user@{uid}.service", f"user-runtime-dir@{uid}.service", "systemd-logind.service"),
        side.process("systemd-logind", "systemd"),
    )
    if author:
        return Match(author, values={"uid": uid})
    options = getattr(change.entry, "options", None) or ()
    if "mode=700" in options and any(each.startswith("size=") for each in options):
        return Match((side.saw("findmnt", f"{change.key} {','.join(options)}"),), "likely", {"uid": uid})
    share = _share(side, change.entry)
    return Match((share,), "likely", {"uid": uid}) if share else None


rule = Rule(
    name="login-session",
    facts=("df", "findmnt"),
    component="systemd",
    class_="runtime",
    why=Text(
        "systemd-logind mounts this for user {uid} at login (SSH too) and removes it after the last session: whoever "
        "recorded was logged in. It has nothing to do with Kubernetes.",
        "uid가 {uid}인 사용자가 로그인할 때(SSH 포함) systemd-logind가 마운트하고 마지막 세션이 끝나면 없앱니다. 기록할 때 로그인해 "
        "있었다는 뜻이며 Kubernetes와는 관계없습니다.",
    ),
    since="systemd 183",
    source="systemd/systemd src/login/user-runtime-dir.c; pam_systemd(8)",
    match=match,
)
