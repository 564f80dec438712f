"""wg-quick sets what a tunnel for all traffic needs."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "wireguard")


rule = Rule(
    name="wireguard-sysctls",
    facts=("sysctl",),
    keys=WRITERS["wireguard"].settings,
    component="wireguard",
    class_="config",
    why=Text(
        "wg-quick sets this for a tunnel that takes all traffic: marked replies are checked against the tunnel's routes.",
        "wg-quick이 전체 트래픽을 보내는 터널을 위해 설정합니다. 마크가 있는 패킷의 역경로를 터널의 경로로 검사합니다.",
    ),
    consequence=Text(
        "It stays on after the tunnel is gone.",
        "터널을 내려도 값은 남습니다.",
    ),
    since="wireguard-tools 1.0",
    source="wireguard-tools src/wg-quick/linux.bash add_default",
    match=match,
)
