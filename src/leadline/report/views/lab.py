"""How labs are → a Document."""

import time
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from leadline.base.text import Text, same
from leadline.lab.status import NodeStatus, PodStatus, ServiceStatus, Status
from leadline.report.document import (
    Block,
    Callout,
    Cell,
    Column,
    Document,
    Figure,
    Figures,
    Fold,
    Heading,
    Table,
    Tag,
    Tone,
)
from leadline.report.units import count
from leadline.report.views.lab_picture import picture

_NODES, _PODS = 12, 24
"""How many rows a table has before the rest of it is folded."""

_ALIVE, _DEAD = Tag(Text("alive", "실행 중"), "good"), Text("dead", "중단됨")
_STATE = Column(Text("state", "상태"), "text")
_NODE_COLUMNS = (
    Column(Text("node", "노드"), "name"),
    Column(Text("address", "주소"), "value"),
    Column(Text("pod network", "파드 네트워크"), "value"),
    Column(Text("MTU", "MTU"), "number"),
    Column(Text("pods", "파드"), "number"),
    _STATE,
)
_POD_COLUMNS = (
    Column(Text("pod", "파드"), "name"),
    Column(Text("node", "노드"), "value"),
    Column(Text("address", "주소"), "value"),
    Column(Text("on the node", "노드 쪽"), "value"),
    Column(Text("containers", "컨테이너"), "value"),
    _STATE,
)
_SERVICE_COLUMNS = (
    Column(Text("Service", "서비스"), "name"),
    Column(Text("type", "유형"), "value"),
    Column(Text("cluster IP", "클러스터 IP"), "value"),
    Column(Text("node port", "노드 포트"), "number"),
    Column(Text("from outside", "외부 주소"), "text"),
    Column(Text("endpoints", "엔드포인트"), "text"),
)
Row = tuple[Cell, ...]
Member = TypeVar("Member", NodeStatus, PodStatus)


def document(labs: Sequence[Status], *, expand: bool) -> Document:
    """The report of `leadline lab status`. `expand`: with every node and pod of a large lab."""
    if len(labs) == 1:
        title = Text("Lab {name}", "랩 {name}").fill(name=labs[0].name)
        return Document(title, tuple(_lab(labs[0], expand=expand)), lambda: record(labs))
    blocks: list[Block] = []
    for each in labs:
        blocks += [Heading(Text("Lab {name}", "랩 {name}").fill(name=each.name), 1)]
        blocks += _lab(each, expand=expand)
    if not labs:
        nothing = Text(
            "No lab is up; `leadline lab up` makes one.",
            "떠 있는 랩이 없습니다. `leadline lab up`으로 만드십시오.",
        )
        blocks.append(Callout("note", nothing))
    title = Text("{n} labs", "랩 {n}개").fill(n=count(len(labs))) if labs else Text("Labs", "랩")
    return Document(title, tuple(blocks), lambda: record(labs))


def _lab(lab: Status, *, expand: bool) -> list[Block]:
    aside = Text(
        "{backend}, kube-proxy in {proxy} mode, pods in {cidr}, since {since}",
        "{backend}, kube-proxy {proxy} 모드, 파드 네트워크 {cidr}, 시작 {since}",
    ).fill(
        backend=lab.backend,
        proxy=lab.proxy,
        cidr=lab.pod_cidr,
        since=time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(lab.since)),
    )
    return [
        *_summary(lab),
        Heading(Text("Network", "네트워크"), 2, aside),
        picture(lab),
        Heading(Text("Nodes", "노드"), 2, same(count(len(lab.nodes)))),
        *_many(lab.nodes, _NODES, _NODE_COLUMNS, _node, expand=expand),
        *_pods(lab, expand=expand),
        Heading(Text("Services", "서비스"), 2, same(count(len(lab.services)))),
        Table(_SERVICE_COLUMNS, tuple(_service(each) for each in lab.services)),
        *_published(lab),
        *_faults(lab),
    ]


def _summary(lab: Status) -> list[Block]:
    """The figures, and the sentence that says whether all is well."""
    containers = sum(len(pod.containers) for pod in lab.pods)
    dead, faults = len(lab.dead), len(lab.faults)
    figures = (
        _figure(len(lab.nodes), "node", "노드"),
        _figure(len(lab.pods), "pod", "파드"),
        _figure(containers, "container", "컨테이너"),
        _figure(len(lab.services), "Service", "서비스"),
        Figure(dead, Text("dead", "중단"), "bad" if dead else "good"),
        _figure(faults, "fault", "장애", "warn" if faults else "good"),
    )
    blocks: list[Block] = [Figures(figures)]
    if lab.well:
        blocks.append(Callout("good", Text("Everything lives and answers.", "모두 실행 중이며 응답합니다.")))
    if dead:
        said = Text("Not running: {dead}.", "실행 중이 아닙니다: {dead}.")
        blocks.append(Callout("bad", said.fill(dead=_listed(lab.dead))))
    if lab.unanswered:
        said = Text("No node answers for {addresses}.", "{addresses}에 응답하는 노드가 없습니다.")
        blocks.append(Callout("bad", said.fill(addresses=_listed(lab.unanswered))))
    if faults:
        said = Text(
            "Injected: {names}; `leadline lab fault recover --all{lab}` takes it back.",
            "주입된 장애: {names}. `leadline lab fault recover --all{lab}`로 되돌립니다.",
        )
        named = "" if lab.name == "lab" else f" --name {lab.name}"
        blocks.append(Callout("warn", said.fill(names=_listed([f.name for f in lab.faults]), lab=named)))
    return blocks


def _figure(number: int, en: str, ko: str, tone: Tone = "plain") -> Figure:
    return Figure(number, Text(en if number == 1 else f"{en}s", ko), tone)


def _listed(names: Sequence[str], most: int = 6) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f", … +{count(more)}" if more > 0 else "")


def _many(
    members: Sequence[Member], most: int, columns: tuple[Column, ...], row: Any, *, expand: bool
) -> list[Block]:
    """A table of the first ones and of all that are not well; of the others a line, or the whole."""
    shown = [each for place, each in enumerate(members) if place < most or not each.alive]
    rest = [each for place, each in enumerate(members) if place >= most and each.alive]
    blocks: list[Block] = [Table(columns, tuple(row(each) for each in shown))]
    if rest:
        kind = Text("more nodes, alive", "개 노드 더 있음, 모두 실행 중")
        if isinstance(rest[0], PodStatus):
            kind = Text("more pods, alive", "개 파드 더 있음, 모두 실행 중")
        first, last = rest[0], rest[-1]
        said = f"{first.name} {first.address} … {last.name} {last.address}"
        inside = (Table(columns, tuple(row(each) for each in rest)),) if expand else ()
        blocks.append(Fold(kind, len(rest), text=same(said), blocks=inside))
    return blocks


def _node(node: NodeStatus) -> Row:
    state = _ALIVE if node.alive else Tag(_DEAD, "bad")
    return node.name, str(node.address), str(node.subnet), str(node.mtu), node.pods, state


def _pods(lab: Status, *, expand: bool) -> list[Block]:
    if not lab.pods:
        return []
    aside = Text("{n}, MTU {mtu}", "{n}개, MTU {mtu}").fill(n=count(len(lab.pods)), mtu=lab.pods[0].mtu)
    return [
        Heading(Text("Pods", "파드"), 2, aside),
        *_many(lab.pods, _PODS, _POD_COLUMNS, _pod, expand=expand),
    ]


def _pod(pod: PodStatus) -> Row:
    ports = {inner: outer for outer, inner in pod.host_ports}
    containers = [
        f"{each.name}:{each.port}" + (f" (hostPort {ports[each.port]})" if each.port in ports else "")
        for each in pod.containers
        if each.port
    ]
    dead = [each.name for each in pod.containers if not each.alive]
    lost = Text("{names} dead", "{names} 중단됨").fill(names=", ".join(dead))
    state = _ALIVE if pod.alive else Tag(lost, "bad")
    name = pod.name if pod.namespace == "default" else f"{pod.namespace}/{pod.name}"
    return name, pod.node, str(pod.address), pod.interface, " ".join(containers), state


def _service(service: ServiceStatus) -> Row:
    ports = [
        f"{service.cluster_ip}:{port.port}" + ("" if port.protocol == "tcp" else f"/{port.protocol}")
        for port in service.ports
    ]
    node_ports = [str(port.node_port) for port in service.ports if port.node_port]
    return (
        service.name,
        service.type,
        " ".join(ports),
        " ".join(node_ports) or None,
        _outside(service),
        _endpoints(service),
    )


def _outside(service: ServiceStatus) -> Cell:
    said: list[Text] = []
    for each in service.balanced:
        if each.node is None:
            said.append(Text("{ip}: nobody answers", "{ip}: 응답 없음").fill(ip=each.address))
        elif each.how == "arp":
            said.append(Text("{ip} at {node}", "{ip}, 응답 {node}").fill(ip=each.address, node=each.node))
        else:
            computed = Text("{ip} at {node} (computed)", "{ip}, 응답 {node}(계산)")
            said.append(computed.fill(ip=each.address, node=each.node))
    said += [same(each) for each in service.external_ips]
    return _joined(said)


def _endpoints(service: ServiceStatus) -> Cell:
    every = [each for port in service.ports for each in port.endpoints]
    dead = sum(each.alive is False for each in every)
    if not every:
        return Tag(Text("none", "없음"), "dim")
    if len(every) == 1 and not dead:
        only = every[0]
        return same(f"{only.address}:{only.port}")
    said = [same(count(len(every)))]
    if dead:
        said.append(Text("{n} dead", "{n}개 중단됨").fill(n=count(dead)))
    if service.external_policy == "Local":
        said.append(Text("policy Local", "정책 Local"))
    if service.affinity is not None:
        said.append(Text("ClientIP {n} s", "ClientIP {n}초").fill(n=service.affinity))
    joined = _joined(said)
    return Tag(joined, "bad") if dead and joined is not None else joined


def _joined(texts: Iterable[Text]) -> Text | None:
    said = list(texts)
    if not said:
        return None
    return Text(", ".join(each.en for each in said), ", ".join(each.ko for each in said))


def _published(lab: Status) -> list[Block]:
    if not lab.published:
        return []
    columns = (
        Column(Text("on this machine", "이 머신"), "name"),
        Column(Text("node port", "노드 포트"), "number"),
        Column(Text("Service", "서비스"), "value"),
        _STATE,
    )
    rows = [
        (each.url, str(each.node_port), each.service, _ALIVE if each.alive else Tag(_DEAD, "bad"))
        for each in lab.published
    ]
    return [Heading(Text("Published ports", "공개한 포트")), Table(columns, tuple(rows))]


def _faults(lab: Status) -> list[Block]:
    if not lab.faults:
        return []
    columns = (
        Column(Text("fault", "장애"), "name"),
        Column(Text("what is wrong", "내용"), "text"),
        Column(Text("since", "시작"), "value"),
    )
    half = Text("{title} (interrupted half way)", "{title}(도중에 중단됨)")
    rows = [
        (
            each.name,
            each.title if each.finished else half.fill(title=each.title),
            time.strftime("%H:%M:%S", time.localtime(each.since)),
        )
        for each in lab.faults
    ]
    return [Heading(Text("Faults", "장애")), Table(columns, tuple(rows))]


def record(labs: Sequence[Status]) -> dict[str, Any]:
    """The JSON record `leadline/lab/v1`."""
    return {
        "schema": "leadline/lab/v1",
        "labs": [
            {
                **msgspec.to_builtins(lab, enc_hook=str),
                "published": [{**msgspec.to_builtins(each), "url": each.url} for each in lab.published],
                "well": lab.well,
                "dead": list(lab.dead),
                "unanswered": list(lab.unanswered),
            }
            for lab in labs
        ],
    }
