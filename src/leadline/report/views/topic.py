"""What is known of names → a Document."""

from typing import Any

import msgspec

from leadline.base.text import Text, same
from leadline.explain.topic import Peer, Topic
from leadline.report.document import (
    Block,
    Callout,
    Column,
    Detail,
    Document,
    Heading,
    Item,
    Items,
    Point,
    Table,
)

_KINDS = {
    "sysctl": Text("kernel setting", "커널 설정"),
    "port": Text("port", "포트"),
    "mount": Text("mount", "마운트"),
    "chain": Text("firewall chain", "방화벽 체인"),
    "interface": Text("interface", "인터페이스"),
}
_OWNER = Text("belongs to", "소유")
_USUAL = Text("usual binding", "일반적인 바인딩")
_SOURCE = Text("source", "출처")


def document(found: dict[str, list[Topic]]) -> Document:
    """The report of `leadline explain`: for each name that was asked for, its topics."""
    blocks: list[Block] = []
    for name, topics in found.items():
        for topic in topics:
            blocks += _topic(name, topic)
    title = Text("What is known of {names}", "{names}에 대해 알려진 것").fill(names=", ".join(found))
    return Document(title, tuple(blocks), lambda: _record(found))


def _topic(name: str, topic: Topic) -> list[Block]:
    small = [Detail(_SOURCE, (topic.source,))]
    if topic.usual is not None:
        small.insert(0, Detail(_USUAL, (topic.usual,)))
    if topic.owner:
        small.insert(0, Detail(_OWNER, (topic.owner,)))
    blocks: list[Block] = [
        Heading(same(topic.name or name)),
        Items((Item(_KINDS[topic.kind], (Point(topic.what),), details=tuple(small)),)),
    ]
    if topic.values:
        columns = (Column(Text("value", "값"), "name"), Column(Text("meaning", "의미")))
        blocks.append(Table(columns, tuple((value, text) for value, text in topic.values.items())))
    if topic.peers:
        blocks.append(_peers(topic.peers))
    if topic.advice is not None:
        blocks.append(Callout("note", topic.advice))
    return blocks


def _peers(peers: tuple[Peer, ...]) -> Table:
    """Who connects to whom, why, and on which hosts."""
    columns = (
        Column(Text("from", "출발지"), "text"),
        Column(Text("to", "도착지"), "value"),
        Column(Text("why", "이유")),
        Column(Text("on", "역할"), "text"),
    )
    return Table(columns, tuple((peer.client, peer.server, peer.why, peer.roles) for peer in peers))


def _record(found: dict[str, list[Topic]]) -> dict[str, Any]:
    """The JSON record `leadline/explain/v1`."""
    return {
        "schema": "leadline/explain/v1",
        "names": [{"name": name, "topics": msgspec.to_builtins(topics)} for name, topics in found.items()],
    }
