"""Podman's network program turns on forwarding."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "podman")


rule = Rule(
    name="podman-sysctls",
    facts=("sysctl",),
    keys=WRITERS["podman"].settings,
    component="podman",
    class_="config",
    why=Text(
        "Podman's network program (netavark, or the CNI bridge plugin in older versions) turns forwarding on when it makes a bridge.",
        "Podman의 네트워크 프로그램(netavark, 이전 버전은 CNI bridge 플러그인)이 브리지를 만들 때 포워딩을 켭니다.",
    ),
    consequence=Text(
        "It is not turned off again when the last container ends; the host stays a router until the next boot.",
        "마지막 컨테이너가 끝나도 되돌리지 않으므로, 다음 부팅까지 호스트는 라우터로 남습니다.",
    ),
    since="Podman 1.0; netavark from Podman 4",
    source="containers/netavark src/network/bridge.rs, src/network/core_utils.rs",
    match=match,
)
