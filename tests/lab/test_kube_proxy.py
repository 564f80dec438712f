"""The rules of kube-proxy, against what kube-proxy 1.34.9 wrote for the same Services.

Each folder of tests/data/lab/kube-proxy holds `objects.yaml` as the API server stored them, without what rules do
not depend on, and what iptables-save or `nft list ruleset` told of node k8s-w1 with
them, by kube-proxy's configuration (`CONFIGURATIONS`). Both, the recorded text and ours, are loaded by this
machine's tools in a network namespace and listed, so that only what the rules mean is compared, to the line.
The API server's own Service `kubernetes` was there in every step; its objects (01-base) are written by hand.
kube-proxy's order among Services is random, ours is not: there each Service's lines are compared in order.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from leadline.lab import kube_proxy_iptables, kube_proxy_nftables
from leadline.lab.iptables import Jump, Rules, restore
from leadline.lab.kube_proxy_iptables import kubelet_chains
from leadline.network.service import Endpoint, Proxy, Service, ServicePort, services

DATA = Path(__file__).parent.parent / "data" / "lab" / "kube-proxy"
KUBELET = DATA.parent / "kube-proxy-kubelet"
W1 = Proxy(node="k8s-w1", address="192.168.10.101", local="10.244.0.0/16", service_networks=("10.96.0.0/16",))
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "": {},
    "-masqueradeall": {"masquerade_all": True},
    "-nocidr": {"local": ""},
    "-nodecidr": {"local": "10.244.1.0/24"},
    "-bridge": {"local": "cni0"},
    "-nolocalhost": {"localhost_node_ports": False},
    "-nodeportaddr": {"node_port_addresses": ("192.168.10.101",)},
}
RECORDINGS = sorted(DATA.glob("*/*tables*.txt"))
SHARED = {"KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-EXTERNAL-SERVICES", "KUBE-PROXY-FIREWALL"}
LOAD = {
    "iptables": "iptables-restore < empty; iptables-restore --noflush < {0}.in && iptables-save > {0}.out",
    "ip6tables": "ip6tables-restore < empty; ip6tables-restore --noflush < {0}.in && ip6tables-save > {0}.out",
    "nftables": "nft flush ruleset; nft -f {0}.in && nft -j list ruleset > {0}.out",
}
COUNTERS = "import sys; from leadline.lab import nfacct; sys.exit(not nfacct.add())"


def name(recording: Path) -> str:
    return f"{recording.parent.name}-{recording.stem}"


def objects(step: str) -> list[dict[str, Any]]:
    texts = {(DATA / each / "objects.yaml").read_text() for each in ("01-base", step)}
    return [each for text in texts for each in YAML(typ="safe").load_all(text)]


def rendered(recording: Path) -> str:
    mode, _, configuration = recording.stem.partition("-")
    proxy = msgspec.structs.replace(W1, **CONFIGURATIONS[f"-{configuration}" if configuration else ""])
    render = kube_proxy_iptables.render if mode == "iptables" else kube_proxy_nftables.render
    return render(services(objects(recording.parent.name)), proxy)


def kubelets(family: str) -> str:
    """A control plane after `kubeadm init`: kubelet, then kube-proxy, then flanneld, whose jumps go first."""
    if family == "ip6tables":
        return restore([kubelet_chains(6), kube_proxy_iptables.rules((), W1, 6)])
    forward, masq = '-m comment --comment "flanneld forward"', '-m comment --comment "flanneld masq"'
    flannel = Rules(
        {"filter": {"FLANNEL-FWD": ()}, "nat": {"FLANNEL-POSTRTG": ()}},
        (
            Jump("nat", "POSTROUTING", f"{masq} -j FLANNEL-POSTRTG"),
            Jump("filter", "FORWARD", f"{forward} -j FLANNEL-FWD"),
        ),
    )
    return restore([kubelet_chains(), kube_proxy_iptables.rules((), W1), flannel])


@cache
def listed() -> Mapping[str, str]:
    """What this machine's tools list after loading each text, or why they would not: recorded and our own."""
    texts: dict[str, tuple[str, str]] = {}
    for recording in RECORDINGS:
        mode = recording.stem.partition("-")[0]
        texts[f"{name(recording)} recorded"] = mode, recording.read_text()
        texts[f"{name(recording)} ours"] = mode, rendered(recording)
    for family in ("iptables", "ip6tables"):
        texts[f"kubelet {family} recorded"] = family, (KUBELET / f"{family}-save.txt").read_text()
        texts[f"kubelet {family} ours"] = family, kubelets(family)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.joinpath("empty").write_text(
            "".join(f"*{each}\nCOMMIT\n" for each in ("mangle", "filter", "nat"))
        )
        script = [
            f"cd {folder}",
            "for each in nft iptables ip6tables; do command -v $each > /dev/null || exit 77; done",
            f"{sys.executable} -c '{COUNTERS}' || exit 77",
        ]
        for number, (mode, text) in enumerate(texts.values()):
            folder.joinpath(f"{number}.in").write_text(text)
            script.append(f"{{ {LOAD[mode].format(number)}; }} 2> {number}.err")
        for unshare in (["unshare", "-n"], ["unshare", "-rn"]):
            ran = subprocess.run(
                [*unshare, "sh"], input="\n".join([*script, "exit 0"]), text=True, check=False
            )
            if ran.returncode == 0:
                break
        else:
            pytest.skip("needs a network namespace of its own, iptables, nft and a kernel with nfacct")
        outputs = {}
        for number, each in enumerate(texts):
            out = folder / f"{number}.out"
            outputs[each] = out.read_text() if out.exists() else (folder / f"{number}.err").read_text()
        return outputs


def iptables(text: str) -> dict[str, list[str]]:
    """Table and chain → its policy and rules. In shared chains by Service, whose own rules keep their order."""
    table, chains = "", dict[str, list[str]]()
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word.startswith("*"):
            table = word
        elif word.startswith(":"):
            chains[f"{table} {word[1:]}"] = [rest.partition(" ")[0]]
        elif word == "-A":
            chain, _, rule = rest.partition(" ")
            chains.setdefault(f"{table} {chain}", []).append(rule)
    for chain in chains.keys() & {f"{table} {each}" for table in ("*filter", "*nat") for each in SHARED}:
        # the way on to KUBE-NODEPORTS has to stay the last
        end = len(chains[chain]) - ("must be the last rule" in chains[chain][-1])
        chains[chain][1:end] = sorted(chains[chain][1:end], key=commented)
    return chains


def commented(rule: str) -> str:
    """The Service port a rule's comment names."""
    found = re.search(r'--comment "?([^" ]+)', rule)
    return found[1] if found else ""


def nftables(text: str) -> dict[str, Any]:
    """Every object of `nft -j list ruleset` by its name, rules by chain, elements without the kernel's order."""
    found: dict[str, Any] = {"made in order": []}
    for each in json.loads(text)["nftables"]:
        ((kind, value),) = each.items()
        value.pop("handle", None)
        place = f"{value.get('family')} {value.get('chain') or value.get('name')}"
        if kind == "rule":
            found.setdefault(f"rules {place}", []).append(value)
        elif kind != "metainfo":
            value["elem"] = sorted(value.get("elem", ()), key=json.dumps)
            found[f"{kind} {place}"] = value
            if "/" not in place:
                found["made in order"].append(place)
    return found


@pytest.mark.parametrize("recording", RECORDINGS, ids=name)
def test_the_kernel_holds_what_kube_proxy_made(recording: Path) -> None:
    read = iptables if recording.stem.startswith("iptables") else nftables
    told = listed()[f"{name(recording)} ours"]
    assert told.startswith(("#", "{")), told
    assert read(told) == read(listed()[f"{name(recording)} recorded"])


@pytest.mark.parametrize(
    "recording", [each for each in RECORDINGS if each.stem.startswith("iptables")], ids=name
)
def test_each_chain_goes_where_kube_proxys_goes(recording: Path) -> None:
    """Without a kernel: each rule's comment and target, in the order of its chain."""

    def ways(text: str) -> dict[str, list[list[str]]]:
        return {
            chain: [re.findall(r'--comment ("[^"]*")|-j (\S+)', rule) for rule in rules]
            for chain, rules in iptables(text).items()
            if " KUBE-" in chain
        }

    real = ways(recording.read_text())
    assert len(real) > 10
    assert ways(rendered(recording)) == real


@pytest.mark.parametrize("family", ["iptables", "ip6tables"])
def test_kubelet_and_others_beside_it(family: str) -> None:
    """Of IPv4 all that does not depend on that cluster's Services; it had no IPv6 Service."""
    ours = iptables(listed()[f"kubelet {family} ours"])
    recorded = iptables(listed()[f"kubelet {family} recorded"])
    if family == "iptables":
        fixed = {chain for chain in ours if not re.search(r" (KUBE-SERVICES|FLANNEL-.*)$", chain)}
        assert {"*filter INPUT", "*filter FORWARD", "*nat POSTROUTING", "*filter KUBE-FIREWALL"} <= fixed
        ours, recorded = ({chain: side[chain] for chain in fixed} for side in (ours, recorded))
    assert ours == recorded


def test_many_endpoints_have_no_comments() -> None:
    """More than a thousand: kube-proxy leaves out what is long, the comments of endpoints."""

    def made(count: int) -> str:
        ports = tuple(
            ServicePort(port=each, endpoints=(Endpoint("10.244.1.2", each),)) for each in range(1, count + 1)
        )
        return kube_proxy_iptables.render([Service(name="big", cluster_ip="10.96.0.9", ports=ports)], W1)

    of_endpoints = re.compile(r"-A KUBE-SEP-.* --comment|--comment \S+ -> ")
    assert of_endpoints.search(made(1000))
    assert not of_endpoints.search(made(1001))
    assert "cluster IP" in made(1001)
