"""A lab that was just made → a Document."""

from leadline.base.text import Text, same
from leadline.lab.status import Status
from leadline.report.document import Column, Document, Paragraph, Table
from leadline.report.units import count
from leadline.report.views.lab import record


def raised(lab: Status, seconds: float) -> Document:
    """What `leadline lab up` says at the end: what there is now, and what can be done with it."""
    title = Text(
        "Lab {name} is up: {nodes} nodes, {pods} pods and {services} Services in {seconds} s",
        "{name} 랩이 {seconds}초 만에 떴습니다: 노드 {nodes}개, 파드 {pods}개, 서비스 {services}개",
    ).fill(
        name=lab.name,
        nodes=count(len(lab.nodes)),
        pods=count(len(lab.pods)),
        services=count(len(lab.services)),
        seconds=f"{seconds:.2g}" if seconds < 1 else f"{seconds:.1f}",
    )
    named = "" if lab.name == "lab" else f"--name {lab.name} "
    node = lab.nodes[-1].name
    web = next((each for each in lab.services if each.name == "web"), None)
    rows: list[tuple[str, Text]] = []
    if lab.pods and web is not None:
        rows.append(
            (
                f"leadline lab exec {named}{lab.pods[0].name} -- curl -s {web.cluster_ip}",
                Text("a pod asks a Service", "파드에서 서비스 호출"),
            )
        )
    rows += [
        (
            f"leadline lab exec {named}{node} -- leadline record --to before",
            Text("record a node", "노드 기록"),
        ),
        (f"leadline lab status {named}".rstrip(), Text("see what there is", "랩 상태 보기")),
    ]
    commands = Table((Column(same(""), "name"), Column(same(""), "text")), tuple(rows))
    said = Text("{url} leads to Service {service}", "{url} → 서비스 {service}")
    doors = (Paragraph(said.fill(url=each.url, service=each.service)) for each in lab.published)
    return Document(title, (commands, *doors), lambda: record([lab]))
