"""What LXD and Incus open: dnsmasq on their networks, and their own API where it is switched on."""

from leadline.base.text import Text
from leadline.explain.bridge_dns import on_bridge
from leadline.explain.listening import Endpoint, listens
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.lxd_interfaces import BRIDGE
from leadline.snapshot.diff import Change

_REMOTE = Text("LXD or Incus with core.https_address", "core.https_address를 설정한 LXD 또는 Incus")
_METRICS = Text("LXD or Incus with core.metrics_address", "core.metrics_address를 설정한 LXD 또는 Incus")
_FOR_INSTANCES = Text(
    "Bound to {address}: it serves instances on that bridge only.",
    "바인딩: {address}. 해당 브리지의 인스턴스에만 제공합니다.",
)
_dnsmasq = on_bridge(BRIDGE.pattern)
_daemon = listens(
    "lxd",
    ("lxd", "incusd"),
    {
        "tcp 8443": Endpoint(
            Text("API for clients and cluster members", "클라이언트와 클러스터 멤버용 API"),
            {"node": _REMOTE, "everywhere": _REMOTE},
            stand_in=True,
        ),
        "tcp 9100": Endpoint(
            Text("metrics", "메트릭"), {"node": _METRICS, "everywhere": _METRICS}, stand_in=True
        ),
    },
)


def match(change: Change, pair: Pair) -> Match | None:
    found = _dnsmasq(change, pair)
    if found is None:
        return _daemon(change, pair)
    told = _FOR_INSTANCES.fill(address=found.values["address"])
    return Match(found.evidence, found.certainty, {**found.values, "binding": told})


rule = Rule(
    name="lxd-listeners",
    facts=("ss",),
    component="lxd",
    class_="config",
    why=Text(
        "{what} of LXD, Incus or lxc-net on port {port}. {binding}",
        "LXD, Incus 또는 lxc-net의 {what}입니다(포트 {port}). {binding}",
    ),
    consequence=Text(
        "Whoever holds a trusted client certificate for the API is root on this host.",
        "API가 신뢰하는 클라이언트 인증서를 가진 쪽은 이 호스트의 root 권한을 가집니다.",
    ),
    since="LXD 2.3 (metrics 4.19)",
    source="canonical/lxd lxd/network/driver_bridge.go, shared/util.go (HTTPSDefaultPort, HTTPSMetricsDefaultPort); lxc/incus internal/ports/ports.go; lxc/lxc config/init/common/lxc-net.in start",
    match=match,
)
