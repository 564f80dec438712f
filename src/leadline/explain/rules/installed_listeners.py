"""Sockets of programs that somebody installed beside Kubernetes: monitoring, load balancers, databases."""

from leadline.base.text import Text
from leadline.explain.installed import BY_NAME, Program
from leadline.explain.listening import WHERE, Endpoint, binding, held_by, line
from leadline.explain.pair import Pair
from leadline.explain.programs import unit_of
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Witness
from leadline.snapshot.diff import Change

_DEFAULT = Text("its default configuration", "기본 설정")
_CHOSEN = Text("Bound to {where}, as its configuration says.", "바인딩: {where}(설정에 따름).")


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if not listener.processes or only(change, "pids", "fds", "port"):
        return None
    name = next((each for each in listener.processes if each[:15] in BY_NAME), None)
    if name is None:
        return None
    program, witness = BY_NAME[name[:15]], pair.side(change)
    port = f"{listener.protocol} {listener.port}"
    if (port not in program.ports and not program.any_port) or _kubespray(program, change):
        return None
    if program.common_name and not _two_ports(program, witness, change.key):
        return None
    exposure = program.ports.get(port)
    told = (
        _CHOSEN.fill(where=WHERE[listener.exposure])
        if exposure is None
        else binding(Endpoint(program.what, {exposure: _DEFAULT}), listener.exposure)
    )
    values = {"process": name, "port": listener.port, "what": program.what, "binding": told}
    usual = None if exposure is None else listener.exposure == exposure
    unit = unit_of(witness, name)
    runs = witness.unit(unit) if unit else None
    own = line(change, pair)
    return Match((own, runs), values=values, usual=usual) if runs else Match((own,), "likely", values, usual)


def _kubespray(program: Program, change: Change) -> bool:
    """The way to the apiservers on loopback may be a static pod of kubespray's."""
    proxies = ("nginx", "haproxy")
    return program.names[0] in proxies and change.entry.port == 6443 and change.entry.exposure == "loopback"


def _two_ports(program: Program, witness: Witness, key: str) -> bool:
    return any(
        other != key
        and held_by(listener, program.names)
        and f"{listener.protocol} {listener.port}" in program.ports
        for other, listener in witness.entries("ss").items()
    )


rule = Rule(
    name="installed-listeners",
    facts=("ss",),
    component="administrator",
    class_="config",
    why=Text(
        "{process} listens on port {port}: {what}. Somebody put it on this host: as a service, a container, a pod on the "
        "host's network, or by hand. {binding}",
        "{process}이(가) 포트 {port}에서 listen합니다: {what}. 누군가 이 호스트에서 서비스나 컨테이너, 호스트 네트워크를 쓰는 파드로, "
        "또는 직접 실행한 것입니다. {binding}",
    ),
    consequence=Text(
        "No part of Kubernetes itself. Where it is bound to every address, only the firewall keeps others from it.",
        "쿠버네티스 자체의 구성 요소가 아닙니다. 모든 주소에 바인딩되어 있으면 방화벽으로만 접근을 막을 수 있습니다.",
    ),
    since="every distribution",
    source="services(5); the defaults in prometheus/node_exporter node_exporter.go, prometheus/alertmanager cmd/alertmanager/main.go, grafana/alloy internal/alloycli/cmd_run.go, zerotier/ZeroTierOne include/ZeroTierOne.h and the documentation of each program",
    match=match,
)
