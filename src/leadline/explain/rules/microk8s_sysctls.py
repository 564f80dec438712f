"""MicroK8s sets what its pods need, and raises limits."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "microk8s")


rule = Rule(
    name="microk8s-sysctls",
    facts=("sysctl",),
    keys=WRITERS["microk8s"].settings,
    component="microk8s",
    class_="config",
    why=Text(
        "MicroK8s sets this when the snap is installed or starts: forwarding and bridged traffic through iptables for pods, and higher inotify and aio limits (10-microk8s.conf).",
        "MicroK8s가 snap을 설치하거나 시작할 때 설정합니다. 파드를 위한 포워딩과 브리지 트래픽의 iptables 통과, 그리고 더 높은 inotify/aio 한도입니다(10-microk8s.conf).",
    ),
    consequence=Text(
        "The file goes with the snap; the values stay until the next boot.",
        "snap을 제거하면 파일은 없어지지만 값은 다음 부팅까지 남습니다.",
    ),
    since="MicroK8s 1.19",
    source="canonical/microk8s microk8s-resources/actions/common/utils.sh increase_sysctl_parameter, wrappers/run-kubelite-with-args",
    match=match,
)
