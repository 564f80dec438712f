"""A pod asked for a hostPort, but nothing leads from the node's port to it any more."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    port = case.about("port")
    for pod in case.topology.pods:
        if (
            pod.host == case.way.at
            and not pod.host_network
            and any(str(each.host_port) == port for each in pod.ports)
        ):
            return Cause(
                name="host-port",
                key=f"host-port {case.way.at} {port}",
                host=case.way.at,
                what=_WHAT.fill(pod=pod.full_name, port=port, host=case.way.at),
                remedy=_REMEDY.fill(pod=pod.full_name),
                commands=(
                    "iptables -t nat -S CNI-HOSTPORT-DNAT",
                    f"kubectl -n {pod.namespace} delete pod {pod.name}",
                ),
            )
    return None


_WHAT = Text(
    "{pod} has hostPort {port} on {host}, but the rule of the portmap plugin that leads there is gone; it is written only when a pod is made.",
    "{pod} 파드에 {host}의 hostPort {port}이(가) 지정되어 있지만 그리로 보내는 portmap 플러그인의 규칙이 없습니다. 이 규칙은 파드를 만들 때만 추가됩니다.",
)
_REMEDY = Text(
    "delete {pod} so that its controller makes it anew (one without a controller has to be applied again), and stop what flushed the nat table (`firewall-cmd --reload`, `iptables -t nat -F`)",
    "{pod} 파드를 삭제해 컨트롤러가 새로 만들게 하고(컨트롤러가 없는 파드는 다시 적용해야 합니다), nat 테이블을 비운 것(`firewall-cmd --reload`, `iptables -t nat -F`)을 막으십시오",
)

finder = Finder(dispositions=("no-listener",), find=_find)
