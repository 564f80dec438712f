"""Which node answers for a load balancer's address, or which routes lead there: cases from MetalLB's own tests."""

import json
from pathlib import Path
from typing import Any

import metallb
import pytest
from ruamel.yaml import YAML

from leadline.network.balancing.order import order
from leadline.network.balancing.told import told, written
from leadline.network.netns import End
from leadline.network.objects import Object
from leadline.network.packet import number
from leadline.network.shapes import is_sound
from leadline.network.topology import Topology, read

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


ADDRESSES = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default qlen 1000
    link/ether 02:00:00:00:00:0{number} brd ff:ff:ff:ff:ff:ff
    inet 10.20.30.10{number}/24 scope global eth0
3: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default
    link/ether 02:00:00:00:01:0{number} brd ff:ff:ff:ff:ff:ff
    inet 10.20.30.1/32 scope global kube-ipvs0
"""


def saved(into: Path, ignore: int, **advertised: Any) -> Topology:
    """Two hosts as people save them, and API objects as `leadline record --api` and as kubectl write them."""
    hosts = ("iris1", "iris2")
    for number_, host in enumerate(hosts, 1):
        (into / host).mkdir(parents=True)
        (into / host / "ip_addr.txt").write_text(ADDRESSES.replace("{number}", str(number_)))
        (into / host / "sysctl.txt").write_text(f"net.ipv4.conf.all.arp_ignore = {ignore}\n")
    every = [
        *(metallb.node(host, f"10.20.30.10{number_}") for number_, host in enumerate(hosts, 1)),
        *(metallb.speaker(host) for host in hosts),
        metallb.service("web", "10.20.30.1"),
        metallb.endpoints("web", [{"node": "iris1"}]),
    ]
    (into / "api").mkdir()
    (into / "api" / "all.json").write_text(json.dumps({"kind": "List", "items": every}))
    pool = metallb.made("IPAddressPool", "default", addresses=["10.20.30.0/28"])
    for made in (pool, metallb.made("L2Advertisement", "default", **advertised)):
        kind = made["kind"]
        # the API names the kind of a list's members in the list's own only
        items = [{name: each for name, each in made.items() if name not in ("kind", "apiVersion")}]
        text = json.dumps({"kind": f"{kind}List", "items": items})
        (into / "api" / f"{kind.lower()}s.json").write_text(text)
    return read(into)


def test_in_ipvs_mode_without_strict_arp_every_kernel_answers(tmp_path: Path) -> None:
    found = saved(tmp_path / "loose", 0).balanced(number("10.20.30.1"))
    assert found is not None
    assert (found.pool, found.announcer, found.candidates) == ("default", "iris2", ("iris2", "iris1"))
    assert ["the kernel of iris1 answers" in each.en for each in found.missing] == [True]
    strict = saved(tmp_path / "strict", 1)
    found = strict.balanced(number("10.20.30.1"))
    assert found is not None and found.certain
    announced = strict.announcers(number("10.20.30.1"))
    assert announced is not None
    assert [each.ends for each in announced.groups] == [(End(("iris2", ""), "eth0"),)]


def test_interfaces_that_the_elected_node_does_not_have(tmp_path: Path) -> None:
    found = saved(tmp_path / "there", 1, interfaces=["eth0", "eth9"]).balanced(number("10.20.30.1"))
    assert found is not None and found.announcer == "iris2"
    found = saved(tmp_path / "gone", 1, interfaces=["eth9"]).balanced(number("10.20.30.1"))
    assert found is not None and (found.announcer, found.candidates) == ("", ())
    assert any("has no interface eth9" in each.en for each in found.notes)
