"""Time servers: pools hand out others at each start of chronyd or timesyncd."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" or not change.key.startswith("source "):
        return None
    witness = pair.side(change)
    client = witness.process("chronyd", "systemd-timesyncd", "ntpd") or witness.unit(
        "chrony.service", "chronyd.service", "systemd-timesyncd.service"
    )
    if client is None:
        return None
    return Match(
        (witness.saw("time_sync", change.key), client), values={"source": change.key.removeprefix("source ")}
    )


rule = Rule(
    name="time-sources",
    facts=("time_sync",),
    component="distribution",
    class_="runtime",
    why=Text(
        "{source} is a time server of the pool this host asks; the pool's members differ from start to start.",
        "{source}은(는) 이 호스트가 쓰는 시간 서버 풀의 서버이며, 풀의 구성원은 시작할 때마다 달라집니다.",
    ),
    group=Text("time servers", "시간 서버"),
    since="chrony 2.0, systemd 213",
    source="chrony.conf(5) pool; timesyncd.conf(5)",
    match=match,
)
