"""The CNI bridge plugin turns on forwarding, where no kubelet's host preparation did."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "cni")


rule = Rule(
    name="cni-bridge-sysctls",
    facts=("sysctl",),
    keys=WRITERS["cni"].settings,
    component="cni",
    class_="config",
    why=Text(
        "The CNI bridge plugin turns forwarding on when it connects the first container of a network with a gateway.",
        "CNI bridge 플러그인이 게이트웨이가 있는 네트워크에 첫 컨테이너를 연결할 때 포워딩을 켭니다.",
    ),
    consequence=Text(
        "It is never turned off again.",
        "다시 끄지 않습니다.",
    ),
    since="CNI plugins 0.6",
    source="containernetworking/plugins plugins/main/bridge/bridge.go enableIPForward, pkg/ip/ipforward_linux.go",
    match=match,
)
