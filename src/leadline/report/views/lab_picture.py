"""The topology of a lab as a Diagram; of a large lab what fits on a page."""

from leadline.base.text import Text
from leadline.lab.status import NodeStatus, PodStatus, Status
from leadline.report.document import Diagram, Guest, Machine, Wire

_NODES, _PODS = 6, 4


def picture(lab: Status) -> Diagram:
    """The first nodes and pods, and those that are dead."""
    of_node: dict[str, list[PodStatus]] = {}
    for pod in lab.pods:
        of_node.setdefault(pod.node, []).append(pod)
    ill = {pod.node for pod in lab.pods if not pod.alive} | {n.name for n in lab.nodes if not n.alive}
    chosen = {each.name for each in sorted(lab.nodes, key=lambda each: each.name not in ill)[:_NODES]}
    shown = [node for node in lab.nodes if node.name in chosen]
    caption = Text(
        "The nodes of lab {name} on {network}, each with its pods",
        "{network}에 연결된 {name} 랩의 노드와 파드",
    ).fill(name=lab.name, network=lab.underlay)
    return Diagram(
        network=Wire("underlay", str(lab.underlay), f"MTU {lab.nodes[0].mtu}"),
        machines=tuple(_machine(lab, node, of_node.get(node.name, [])) for node in shown),
        caption=caption,
        more=len(lab.nodes) - len(shown),
    )


def _machine(lab: Status, node: NodeStatus, pods: list[PodStatus]) -> Machine:
    first = {each.name for each in sorted(pods, key=lambda each: each.alive)[:_PODS]}
    shown = [pod for pod in pods if pod.name in first]
    inner = f"MTU {pods[0].mtu}" if pods else ""
    tunnel = None
    if node.vtep is not None:
        tunnel = Wire("flannel.1", f"{node.vtep}/32", " · ".join(filter(None, ("VXLAN 1, UDP 8472", inner))))
    return Machine(
        name=node.name,
        uplink=Wire("eth0", f"{node.address}/{lab.underlay.prefixlen}", f"MTU {node.mtu} · {node.mac}"),
        bridge=Wire("cni0", f"{node.bridge}/{node.subnet.prefixlen}", inner)
        if node.bridge is not None
        else None,
        tunnel=tunnel,
        guests=tuple(
            Guest(pod.name, Wire("eth0", str(pod.address)), pod.interface, pod.alive) for pod in shown
        ),
        more=len(pods) - len(shown),
        alive=node.alive,
    )
