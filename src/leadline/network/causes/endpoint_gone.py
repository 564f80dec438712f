"""A Service still sends to the address of a pod that is gone."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.packet import dotted
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    topology, address = case.topology, case.destination
    rewrites = [
        (hop.host, each) for hop in case.way.hops for each in hop.decisions
        if each.verdict.startswith("dnat") and dotted(address) in each.cite
    ]  # fmt: skip
    if not rewrites or topology.pod_at(address) is not None or topology.owner(address):
        return None
    host, rule = rewrites[-1]
    return Cause(
        name="endpoint-gone",
        key=f"endpoint-gone {dotted(address)}",
        host=host,
        what=_WHAT.fill(host=host, service=case.flow.destination, address=dotted(address)),
        remedy=_REMEDY.fill(host=host),
        commands=(
            "kubectl get endpointslices -A -o wide",
            f"kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName={host}",
        ),
        evidence=((host, rule.fact, rule.cite),),
    )


_WHAT = Text(
    "kube-proxy on {host} sends {service} to {address}, but no pod there has this address.",
    "{host}의 kube-proxy가 {service}을(를) {address}(으)로 보내지만 그 주소를 가진 파드가 없습니다.",
)
_REMEDY = Text(
    "see whether the address is still in the EndpointSlices; if not, kube-proxy on {host} has lost the API server: restart it",
    "주소가 EndpointSlice에 아직 있는지 확인하십시오. 없다면 {host}의 kube-proxy가 API 서버와 연결이 끊긴 것이므로 다시 시작하십시오",
)

finder = Finder(dispositions=("no-neighbour", "no-route"), find=_find)
