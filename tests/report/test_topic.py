"""`leadline explain`: everything a Topic holds is shown, in both languages."""

import json

import pytest

from leadline.base.text import Lang, Text
from leadline.explain.topic import Peer, Topic
from leadline.report.contract import Style, load
from leadline.report.views.topic import document

TOPIC = Topic(
    kind="port",
    pattern="10250/tcp",
    what=Text("what it is", "무엇인지"),
    source="where it stands",
    values={"1": Text("on", "켜짐")},
    owner="kubelet",
    usual=Text("every address", "모든 주소"),
    peers=(
        Peer(
            Text("the apiserver", "API 서버"),
            "kubelet",
            Text("logs", "로그"),
            Text("every node", "모든 노드"),
        ),
    ),
    advice=Text("close it", "닫으십시오"),
)


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_everything_known_is_shown(lang: Lang, name: str) -> None:
    text = load(name).render(document({"10250": [TOPIC]}), lang, Style())
    assert TOPIC.usual is not None
    assert TOPIC.advice is not None
    (peer,) = TOPIC.peers
    said = (TOPIC.what, TOPIC.values["1"], TOPIC.usual, TOPIC.advice, peer.client, peer.why, peer.roles)
    for each in ("10250", TOPIC.source, TOPIC.owner, peer.server, *(one[lang] for one in said)):
        assert each in text


def test_record() -> None:
    record = json.loads(load("json").render(document({"10250": [TOPIC]}), "en", Style()))
    assert record["schema"] == "leadline/explain/v1"
    assert record["names"][0]["topics"][0]["peers"][0]["why"] == {"en": "logs", "ko": "로그"}
