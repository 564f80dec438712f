"""The host's ends of the pods' veth pairs on the CNI bridge."""

from leadline.base.text import Text
from leadline.explain.links import coming_or_going, line
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, LINK, any_apart
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.cni_bridge import BRIDGE, POD_END
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not POD_END.fullmatch(change.key) or change.entry.master != BRIDGE:
        return None
    side = pair.side(change)
    bridge = side.entries("ip_addr").get(BRIDGE)
    if bridge is None:
        return None
    evidence = [side.saw("ip_addr", line(BRIDGE, bridge))]
    if (change.entry.peer_netns or "").startswith("cni-"):
        evidence.append(side.saw("ip_addr", f"{change.key} link-netns {change.entry.peer_netns}"))
    author = any_apart(side, (*KUBERNETES, "cri-o", "cni"), LINK)
    if not author and len(evidence) < 2:
        return None
    values = {"mtu": change.entry.mtu or "-"}
    return Match((*author, *evidence), "shown" if author else "likely", values)


rule = Rule(
    name="pod-interfaces",
    facts=("ip_addr",),
    component="cni",
    class_="config",
    why=Text(
        "The host's end of one pod's veth pair (MTU {mtu}), plugged into cni0 by the CNI bridge plugin; the other "
        "end is the pod's eth0. Its name is drawn anew for each pod, so a recreated pod shows as one gone, one new.",
        "파드 하나의 veth 쌍 중 호스트 쪽 끝(MTU {mtu})으로, CNI bridge 플러그인이 cni0에 연결했습니다. 반대쪽 끝은 "
        "파드의 eth0입니다. 이름은 파드마다 새로 뽑으므로, 다시 만든 파드는 하나가 사라지고 하나가 생긴 것으로 "
        "보입니다.",
    ),
    since="CNI plugins 0.1",
    source="containernetworking/plugins pkg/ip/link_linux.go SetupVeth, plugins/main/bridge/bridge.go setupVeth",
    group=Text("pod interfaces", "파드 인터페이스"),
    match=match,
)
