"""A socket of a service that systemd started, or stopped, between the two recordings."""

from leadline.base.text import Text
from leadline.explain.listening import WHERE, line
from leadline.explain.pair import Pair
from leadline.explain.programs import started, unit_of
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# The programs of these units have rules that know their ports.
_OWN_RULES = ("kubelet.service", "containerd.service", "docker.service", "etcd.service", "crio.service")


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if not listener.processes or only(change, "pids", "fds", "port"):
        return None
    for program in listener.processes:
        unit = unit_of(pair.side(change), program)
        if unit is None or unit in _OWN_RULES:
            continue
        if (proof := started(pair, change, unit)) is not None:
            values = {
                "process": program,
                "unit": unit,
                "port": listener.port,
                "where": WHERE[listener.exposure],
            }
            return Match((line(change, pair), proof), values=values)
    return None


rule = Rule(
    name="service-listeners",
    facts=("ss",),
    component="systemd",
    class_="derived",
    why=Text(
        "{process} listens on port {port} ({where}) while its service {unit} runs, which is so in only one of the "
        "two recordings.",
        "{unit} 서비스가 실행되는 동안 {process}이(가) 포트 {port}({where})에서 listen하며, 이 서비스는 두 기록 중 한쪽에서만 "
        "실행 중입니다.",
    ),
    since="every version",
    source="systemd.service(5)",
    match=match,
)
