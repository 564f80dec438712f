"""What systemd-logind starts for a person who logs in."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.units import FACTS, own, what_happened
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

_OF_USER = re.compile(
    r"user@(?P<a>\d+)\.service|user-runtime-dir@(?P<b>\d+)\.service|user-(?P<c>\d+)\.slice"
    r"|run-user-(?P<d>\d+)(?:-\w+)?\.mount"
)
_SESSION = re.compile(r"session-c?\d+\.scope")


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    if _SESSION.fullmatch(change.key):
        proof = witness.unit("systemd-logind.service") or witness.process("systemd-logind", "sshd")
    elif (user := _OF_USER.fullmatch(change.key)) is not None:
        proof = _of_user(witness, change.key, user[user.lastgroup or 0])
    else:
        return None
    if proof is None:
        return None
    return Match((own(change, pair), proof), values={"happened": what_happened(change)})


def _of_user(witness: Witness, unit: str, uid: str) -> Evidence | None:
    """The user's runtime directory, or another of the units that come with a login."""
    if (mount := witness.mount(f"/run/user/{uid}")) is not None:
        return mount
    for name in (f"user@{uid}.service", f"user-runtime-dir@{uid}.service"):
        service = witness.entries("services").get(name)
        if name != unit and service is not None:
            return witness.saw("services", f"{name} {service.active}")
    return None


rule = Rule(
    name="login-units",
    facts=FACTS,
    component="systemd",
    class_="runtime",
    why=Text(
        "{happened}. systemd-logind starts it for a login (the recording's own among them) and stops it after the last one.",
        "{happened}. systemd-logind가 로그인할 때(기록을 위한 로그인 포함) 시작하고 마지막 로그아웃 후에 정리합니다.",
    ),
    group=Text("logins", "로그인"),
    since="systemd 205",
    source="systemd/systemd src/login/logind-user.c, logind-session.c",
    match=match,
)
