"""Which node answers for a load balancer's address, or which routes lead there: cases from MetalLB's own tests."""

from pathlib import Path
from typing import Any

import metallb
import pytest
from ruamel.yaml import YAML

from leadline.network.balancing.order import order
from leadline.network.balancing.told import told, written
from leadline.network.objects import Object
from leadline.network.packet import number
from leadline.network.shapes import is_sound
from leadline.network.topology import Topology

DATA = Path(__file__).parents[1] / "data" / "network" / "balancing"
CASES = [
    (file.stem, name, case)
    for file in sorted(DATA.glob("*.yaml"))
    for name, case in YAML(typ="safe").load(file).items()
]


def objects(case: dict[str, Any]) -> list[Object]:
    found: list[Object] = []
    for name, told_of in case["nodes"].items():
        more = dict(told_of or {})
        has_speaker, ready = more.pop("speaker", True), more.pop("ready", True)
        found.append(metallb.node(name, **more))
        if has_speaker:
            found.append(metallb.speaker(name, ready=ready, arguments=case.get("arguments", ())))
    for name, one in {"web": case["service"], **case.get("others", {})}.items():
        more = dict(one)
        held = more.pop("endpoints", [{"node": each} for each in case["nodes"]])
        addresses = more.pop("addresses")
        found += [metallb.service(name, *addresses, **more), metallb.endpoints(name, held)]
    for each in case["objects"]:
        more = dict(each)
        status = more.pop("status", None)
        made = metallb.made(more.pop("kind"), more.pop("name"), more.pop("labels", None), **more)
        found.append({**made, "status": status} if status else made)
    return found


@pytest.mark.parametrize(("file", "name", "case"), CASES, ids=[f"{file}: {name}" for file, name, _ in CASES])
def test_case(file: str, name: str, case: dict[str, Any]) -> None:
    every = objects(case)
    assert all(is_sound(each) for each in every)
    found = Topology({}, every).balanced(number(case["service"]["addresses"][0]))
    assert found is not None
    expected = case["expected"]
    assert list(found.candidates) == expected.get("candidates", [])
    assert found.announcer == next(iter(found.candidates), "")
    assert [f"{each.peer}: {written(each).en}" for each in found.routes] == expected.get("routes", [])
    assert list(found.interfaces) == expected.get("interfaces", [])
    assert found.pool == expected.get("pool", "default")
    assert found.how == expected.get("how", "bgp" if found.routes else "layer2")
    sentences = list(told(found))
    for piece in expected.get("said", ()):
        assert any(piece in each.en for each in sentences), [each.en for each in sentences]
    assert [each.en for each in found.missing] == expected.get("missing", [])
    # a route reads the same in both
    assert all(each.ko != each.en for each in sentences)


@pytest.mark.parametrize(
    ("nodes", "address", "scores", "expected"),
    [
        ("a b c", "10.0.0.1", {}, "b a c"),
        ("a b c", "10.0.0.2", {}, "b c a"),
    ],
)
def test_order(nodes: str, address: str, scores: dict[str, int], expected: str) -> None:
    """As speaker/layer2_controller_test.go has them (TestSortL2Candidates)."""
    given = [f"node-{each}" for each in nodes.split()]
    assert order(given, address, scores) == [f"node-{each}" for each in expected.split()]


@pytest.mark.parametrize(
    ("nodes", "scores", "expected"),
    [
        ("edge-a edge-b worker-a worker-b", {"edge-a": 100}, "edge-a edge-b worker-a worker-b"),
        ("node-a node-b", {"node-a": 100, "node-b": 100}, "node-b node-a"),
        ("edge-a edge-b worker-a", {"edge-a": 100, "edge-b": 100}, "edge-b edge-a worker-a"),
    ],
)
def test_order_of_preferred(nodes: str, scores: dict[str, int], expected: str) -> None:
    assert order(nodes.split()[::-1], "10.20.30.1", scores) == expected.split()


def test_malformed_objects_are_not_read() -> None:
    assert not is_sound(
        metallb.made("L2Advertisement", "a", nodeSelectors=[{"matchExpressions": [{"key": "a"}]}])
    )
    assert not is_sound(metallb.made("BGPAdvertisement", "a", aggregationLength=33))
    assert not is_sound(metallb.made("IPAddressPool", "a", addresses="10.0.0.0/8"))
