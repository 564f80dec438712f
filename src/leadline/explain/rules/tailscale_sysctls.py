"""tailscaled lets the reverse path check see its mark."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "tailscale")


rule = Rule(
    name="tailscale-sysctls",
    facts=("sysctl",),
    keys=WRITERS["tailscale"].settings,
    component="tailscale",
    class_="config",
    why=Text(
        "tailscaled sets this so that the reverse path check looks the mark up that its firewall rules put back on replies.",
        "tailscaled가 설정합니다. 역경로를 검사할 때 방화벽 규칙이 응답에 되돌려 놓은 마크까지 보고 경로를 찾게 합니다.",
    ),
    consequence=Text(
        "It stays on after tailscaled has stopped; forwarding for subnet routes remains the administrator's to turn on.",
        "tailscaled를 멈춰도 값은 남습니다. 서브넷 라우트에 필요한 포워딩은 관리자가 직접 켜야 합니다.",
    ),
    since="Tailscale 1.98",
    source="tailscale/tailscale wgengine/router/osrouter/router_linux.go (connmark rules, writeSysctl)",
    match=match,
)
