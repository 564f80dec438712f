"""No node announces the address of a load balancer."""

from leadline.base.text import Text
from leadline.network.balancing.members import EXCLUDED
from leadline.network.cause import Case, Finder
from leadline.network.packet import number
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    address = case.about("balanced")
    found = case.topology.balanced(number(address)) if address else None
    if found is None:
        return None
    namespace, _, name = found.service.partition("/")
    excluded = [
        each["metadata"]["name"]
        for each in case.topology.objects.get("Node", ())
        if EXCLUDED in (each["metadata"].get("labels") or {})
    ]
    return Cause(
        name="unannounced",
        key=f"unannounced {address}",
        host=case.way.at,
        what=_WHAT.fill(why=case.way.why),
        remedy=_REMEDY.fill(service=found.service),
        commands=(
            f"kubectl -n {namespace} get endpointslices -l kubernetes.io/service-name={name}",
            "kubectl get ipaddresspools,l2advertisements,bgpadvertisements,bgppeers -A -o yaml",
            "kubectl get pods -A -o wide -l component=speaker",
            *(f"kubectl label node {each} {EXCLUDED}-" for each in excluded),
        ),
    )


_WHAT = Text("{why}.", "{why}.")
_REMEDY = Text(
    "see that the pool's advertisement selects a node with a ready speaker and, with policy Local, with an endpoint of {service}",
    "풀의 광고가 준비된 speaker가 있는 노드를 선택하는지, Local 정책이면 그 노드에 {service}의 엔드포인트가 있는지 확인하십시오",
)

finder = Finder(dispositions=("no-neighbour", "no-route"), find=_find)
