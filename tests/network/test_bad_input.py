"""What is missing, damaged, mixed or not understood: the trace says so by name, and never guesses."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cluster import DATA, HOSTS, REAL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from leadline.base.errors import UsageError
from leadline.cli import main
from leadline.hosts.inside import InsideHost
from leadline.lab.lab import place
from leadline.lab.lab import topology as planned
from leadline.network.names import flow
from leadline.network.result import Trace
from leadline.network.topology import SOURCES, Topology, read
from leadline.network.tracing import trace
from leadline.snapshot.record import Target, record

sys.path.append(str(Path(__file__).parents[1] / "lab"))
from labs import standing

CASES = DATA / "network" / "bad-input"
FLOWS = {
    "lab": (
        "default/web-1 default/web-3:8080",
        "default/web-1 default/web-2:8080",
        "default/web-1 svc/web:80",
        "default/web-1 svc/web-one:80",
        "k8s-w1 default/web-1:8080",
        "default/web-1 k8s-w1:10250",
        "default/web-1 8.8.8.8:53",
        "outside k8s-w1:30080",
        "k8s-w1 k8s-w1:30080",
    ),
    "real": (
        "default/pod-1 default/pod-2:80",
        "default/pod-2 svc/deploy-websrv",
        "k8s-w1 default/pod-2:80",
        "default/pod-1 k8s-ctr:10250",
        "default/pod-1 8.8.8.8:53",
        "outside k8s-w1:31001",
        "outside k8s-w1:8088",
    ),
}
UNKNOWN = "insufficient-information"
Ends = tuple[tuple[str, str, str], ...]
"""Of each way of a flow: endpoint, disposition and where."""


class Recorded(NamedTuple):
    """Folders of recorded hosts by name, and a place to change copies of them."""

    folders: Mapping[str, Path]
    into: Path

    def copy(self, of: str) -> Path:
        folder = self.into / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folders[of], folder)
        return folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    into = tmp_path_factory.mktemp("bad")
    with standing(nodes=2, pods=2) as up:
        targets = [
            Target(InsideHost(each.name, place(up, each.name)), each.name) for each in planned(up).nodes
        ]
        done = record(targets, into / "lab", timeout=30, jobs=2, done=lambda result: None)
        assert not [each.error for each in done if each.error]
    for host in HOSTS:
        shutil.copytree(REAL / host / "after", into / "real" / host)
        shutil.copytree(REAL / host / "after-nftables", into / "nftables" / host)
        for file in (REAL / host / "after").iterdir():
            if not (into / "nftables" / host / file.name).exists() and not file.name.startswith(
                ("iptables", "nft")
            ):
                (shutil.copytree if file.is_dir() else shutil.copy)(
                    file, into / "nftables" / host / file.name
                )
    yield Recorded({each: into / each for each in ("lab", "real", "nftables")}, into)


def traced(folder: Path | Topology, asked: str) -> Trace:
    source, destination = asked.split()
    topology = read(folder) if isinstance(folder, Path) else folder
    return trace(topology, flow(topology, source, destination))


def ends(found: Trace) -> Ends:
    return tuple(sorted((each.endpoint, each.ends.disposition, each.ends.at) for each in found.branches))


def untold(found: Trace) -> list[str]:
    """What the ways that end without a fact say of it."""
    return [each.ends.why.en for each in found.branches if each.ends.disposition == UNKNOWN]


def remove(folder: Path, host: str, gone: str) -> None:
    """Takes the texts of some sources out of a host's recording."""
    for path in (folder / host).iterdir():
        if any(re.match(rf"{source}($|[._-])", path.name) for source in gone.split()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture(scope="module")
def whole(recorded: Recorded) -> dict[tuple[str, str], Ends]:
    """How the flows end where all is there."""
    every = {of: read(recorded.folders[of]) for of in ("lab", "real")}
    return {(of, asked): ends(traced(every[of], asked)) for of in every for asked in FLOWS[of]}


def same_or_unknown(before: Ends, now: Trace) -> bool:
    """Whether each way ends as it did, or for want of a fact; without it there may be fewer ways."""
    return all(each in before or each[1] == UNKNOWN for each in ends(now))


@pytest.mark.parametrize(
    ("of", "case"),
    [
        pytest.param(of, case, id=f"{of}-{case['gone']}-{case['host']}-{number}")
        for of, cases in YAML(typ="safe").load((CASES / "gone.yaml").read_text()).items()
        for number, case in enumerate(cases)
    ],
)
def test_a_fact_on_the_way_is_gone(
    recorded: Recorded, whole: dict[tuple[str, str], Ends], of: str, case: dict[str, str]
) -> None:
    folder = recorded.copy(of)
    assert UNKNOWN not in str(ends(traced(folder, case["flow"])))
    remove(folder, case["host"], case["gone"])
    found = traced(folder, case["flow"])
    assert any(case["says"] in each for each in untold(found)), (untold(found), ends(found))
    assert {each.name for each in found.causes} == {"not-recorded"}
    assert not found.delivered


@pytest.mark.parametrize(
    "gone", sorted({*SOURCES, "iptables nft"} - {"kubeadm_manifests", "certificates", "hostname"})
)
@pytest.mark.parametrize("of", ["lab", "real"])
def test_one_source_after_the_other(
    recorded: Recorded, whole: dict[tuple[str, str], Ends], of: str, gone: str
) -> None:
    """Without a source a flow ends as it does with it, or says what it lacks, or cannot be asked for."""
    every = sorted(each.name for each in recorded.folders[of].iterdir())
    for hosts in (every, *([each] for each in every)):
        folder = recorded.copy(of)
        for host in hosts:
            remove(folder, host, gone)
        topology = read(folder)
        for asked in FLOWS[of]:
            try:
                found = traced(topology, asked)
            except UsageError as error:
                assert "record" in error.text.en or "no pod" in error.text.en, error
                continue
            assert same_or_unknown(whole[of, asked], found), (hosts, asked, ends(found))
            if not found.delivered and whole[of, asked] != ends(found):
                assert {each.name for each in found.causes} >= {"not-recorded"}


@pytest.mark.parametrize("of", ["lab", "real"])
def test_a_node_is_not_recorded(recorded: Recorded, whole: dict[tuple[str, str], Ends], of: str) -> None:
    """Its pods are not known, its addresses are asked for by name, and what goes to it does not arrive."""
    for host in HOSTS:
        folder = recorded.copy(of)
        shutil.rmtree(folder / host)
        topology = read(folder)
        for asked in FLOWS[of]:
            try:
                found = traced(topology, asked)
            except UsageError as error:
                assert re.search(r"no pod|not recorded|no Service|record", error.text.en), error
                continue
            assert same_or_unknown(whole[of, asked], found), (host, asked, ends(found))
    gone = {"lab": "default/web-1 10.244.1.2:8080", "real": "default/pod-2 10.244.1.5:80"}[of]
    assert traced(recorded.folders[of], gone).delivered
    said = untold(traced(folder, gone))
    assert said and all("192.168.10.101" in each for each in said), said


@pytest.mark.parametrize("of", ["lab", "real"])
def test_hand_saved_texts_only(recorded: Recorded, whole: dict[tuple[str, str], Ends], of: str) -> None:
    """What a careful person saves with `tee`: a few texts, none in JSON, and no manifest."""
    kept = ("bridge_fdb", "bridge_link", "cni_", "crictl_pods", "files", "hostname", "ip", "nft", "oci", "pod_networks", "ss", "sysctl")  # fmt: skip
    folder = recorded.copy(of)
    for path in [each for host in folder.iterdir() for each in host.iterdir()]:
        if path.is_file() and (
            (path.suffix == ".json" and path.name != "crictl_pods.json") or not path.name.startswith(kept)
        ):
            path.unlink()
    for asked in FLOWS[of]:
        found = traced(folder, asked)
        assert same_or_unknown(whole[of, asked], found), (asked, ends(found))
    asked = FLOWS[of][0]
    # plain `ip addr` does not tell a tunnel's port and network
    for host in HOSTS:
        file = folder / host / "ip_addr.txt"
        file.write_text("".join(re.sub(r" promiscuity.*", "", line) for line in file.read_text().splitlines(True) if not re.match(r" +(vxlan|bridge|veth|bridge_slave)\b", line)))  # fmt: skip
    assert [("port and network" in each) for each in untold(traced(folder, asked))] == [True]


def other_pods(folder: Path) -> None:
    path = folder / HOSTS[0] / "subnet_env.txt"
    path.write_text(path.read_text().replace("10.244.0.0/16", "10.245.0.0/16"))


def other_services(folder: Path) -> None:
    for host, network in zip(HOSTS, ("10.96.0.0/16", "10.97.0.0/16"), strict=True):
        (folder / host / "kubeadm_manifests.txt").write_text(MANIFEST + network + "\n")


def same_host(folder: Path) -> None:
    shutil.rmtree(folder / HOSTS[1])
    shutil.copytree(folder / HOSTS[0], folder / HOSTS[1])
    manifest = folder / HOSTS[1] / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"host": "{HOSTS[0]}"', '"host": "other"'))


MANIFEST = """==> /etc/kubernetes/manifests/kube-apiserver.yaml <==
spec:
  containers:
  - name: kube-apiserver
    command:
    - kube-apiserver
    - --service-cluster-ip-range="""


@pytest.mark.parametrize(
    ("mix", "says"),
    [(other_pods, "pod network"), (other_services, "Service network"), (same_host, "recordings of one host")],
)
def test_hosts_of_two_clusters(
    recorded: Recorded, mix: Callable[[Path], None], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No trace at all, neither by the function nor at the door."""
    folder = recorded.copy("lab")
    mix(folder)
    topology = read(folder)
    with pytest.raises(UsageError, match=says):
        trace(topology, flow(topology, "default/web-1", "default/web-2:8080"))
    code, printed, complaint = door(capsys, "default/web-1", "default/web-2:8080", folder)
    assert (code, printed) == (2, "") and says in complaint


def door(capsys: pytest.CaptureFixture[str], source: str, to: str, folder: Path) -> tuple[int, str, str]:
    """What `leadline trace` answers: exit code, what it prints and what it complains of."""
    before, sys.argv = sys.argv, ["leadline", "trace", source, to, "--snapshot", str(folder), "-o", "json"]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return int(str(ended.value.code)), printed.out, printed.err


def test_recordings_of_different_times(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """The trace goes on, and says that it joins what was not there together."""
    folder = recorded.copy("lab")
    manifest = folder / HOSTS[0] / "manifest.json"
    told = json.loads(manifest.read_text())
    told["time"] -= 4 * 3600
    manifest.write_text(json.dumps(told))
    assert "minutes apart" in door(capsys, "default/web-1", "default/web-3:8080", folder)[1]


@pytest.mark.parametrize("case", YAML(typ="safe").load((CASES / "unknown_rules.yaml").read_text())["iptables"], ids=lambda case: case["rule"])  # fmt: skip
def test_a_rule_of_a_newer_iptables(recorded: Recorded, case: dict[str, Any]) -> None:
    folder = recorded.copy("lab")
    file = folder / "k8s-ctr" / "iptables-save.txt"
    text = file.read_text()
    rule = f"-A {case['rule']}\n"
    begin = text.index("*filter")
    place = text.index("-A ", begin)
    file.write_text(text[:place] + rule + text[place:])
    found = traced(folder, FLOWS["lab"][0])
    if not case["stops"]:
        assert found.delivered, untold(found)
        return
    said = untold(found)
    assert said and all(case["says"] in each for each in said), (said, ends(found))


@pytest.mark.parametrize("case", YAML(typ="safe").load((CASES / "unknown_rules.yaml").read_text())["nft"], ids=lambda case: json.dumps(case["rule"]))  # fmt: skip
def test_a_rule_of_a_newer_nft(recorded: Recorded, case: dict[str, Any]) -> None:
    folder = recorded.copy("lab")
    host = folder / "k8s-ctr"
    file = host / "nft_ruleset.json"
    told = json.loads(file.read_text()) if file.exists() else {"nftables": []}
    names = {"family": "inet", "table": "ours"}
    told["nftables"] += [
        {"table": {"family": "inet", "name": "ours", "handle": 900}},
        {"chain": {**names, "name": "own", "handle": 901, "type": "filter", "hook": case["chain"], "prio": 5, "policy": "accept"}},
        {"rule": {**names, "chain": "own", "handle": 902, "expr": case["rule"]}},
    ]  # fmt: skip
    file.write_text(json.dumps(told))
    for other in host.glob("nft_ruleset*.txt"):
        other.unlink()
    found = traced(folder, FLOWS["lab"][0])
    if not case["stops"]:
        assert found.delivered, untold(found)
        return
    said = untold(found)
    assert said and all(case["says"] in each for each in said), (said, ends(found))


@pytest.mark.parametrize("case", YAML(typ="safe").load((CASES / "kinds.yaml").read_text()), ids=lambda case: f"{case['device']} {case['kind']}")  # fmt: skip
@pytest.mark.parametrize("host", HOSTS)
def test_kinds_of_interface(recorded: Recorded, host: str, case: dict[str, Any]) -> None:
    folder = recorded.copy("lab")
    file = folder / host / "ip_addr.json"
    told = json.loads(file.read_text())
    for each in told:
        if each["ifname"] == case["device"]:
            each["linkinfo"] = {"info_kind": case["kind"]}
    file.write_text(json.dumps(told))
    (folder / host / "ip_addr.txt").unlink()
    found = traced(folder, FLOWS["lab"][0])
    if case.get("ethernet"):
        assert found.delivered
    elif case["device"] == "flannel.1" and host != HOSTS[0]:
        # then nothing takes the tunnel's packets there
        assert {each[1] for each in ends(found)} == {"no-listener"}
    else:
        assert [each for each in untold(found) if case["device"] in each or case["kind"] in each], (ends(found), untold(found))  # fmt: skip


def test_a_line_that_cannot_be_read(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """It may have been the rule, route or entry that decides."""
    for name, line in (
        ("iptables-save.txt", "[0:0] @@ FORWARD -j DROP"),
        ("ip_rule.txt", "100: from"),
    ):
        folder = recorded.copy("lab")
        file = folder / "k8s-w1" / name
        lines = file.read_text().splitlines()
        file.write_text("\n".join([*lines[:4], line, *lines[4:]]) + "\n")
        found = traced(folder, FLOWS["lab"][0])
        assert [each for each in untold(found) if f"line 5 of {name} of k8s-w1" in each], (
            ends(found),
            untold(found),
        )
        assert traced(folder, FLOWS["lab"][1]).delivered


def test_words_of_ipv6(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    for source, to in (
        ("fd00::1", "default/web-1:80"), ("default/web-1", "fd00::1"), ("default/web-1", "[fd00::1]:80"),
        ("fe80::1%eth0", "::1"), ("default/web-1", "::ffff:10.244.0.2"), ("default/web-1", "::/0"),
    ):  # fmt: skip
        code, printed, complaint = door(capsys, source, to, recorded.folders["lab"])
        assert (code, printed) == (2, ""), (source, to)
        assert "IPv" in complaint or "no pod or node" in complaint


WORDS = st.one_of(
    st.sampled_from(["", " ", ":", "::", "svc/", "pod/", "node/", "outside", "k8s-w1", "web-1:", "default/", "10.244.0.2:0", "10.96.0.10:80", "0.0.0.0", "255.255.255.255", "127.0.0.1:30080", "224.0.0.1", "10.244.0.255", "169.254.1.1", "svc/web:99999", "svc/web:-1"]),
    st.text(max_size=30),
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS, WORDS)
def test_any_words(recorded: Recorded, capsys: pytest.CaptureFixture[str], source: str, to: str) -> None:
    for one, other in ((source, to), ("web-1", to), (source, "web-1:8080")):
        if not (one + other).startswith("-") and not other.startswith("-"):
            assert door(capsys, one, other, recorded.folders["lab"])[0] in (0, 1, 2)


MUTATED = (
    "bridge_fdb", "bridge_link", "cni_attachments", "cni_config", "cni_leases", "hostname", "ip_addr", "ip_neigh",
    "ip_route", "ip_rule", "ipset", "iptables", "netns", "nft", "pod_networks", "ss", "subnet_env", "sysctl",
)  # fmt: skip
NOISE = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"\0", b"\n", b"\r\n", b"/33", b"-1", b"999999999999999999999", b"\xff\xfe", b"\xed\x95\x9c", b"10.244.1.0", b"10.244.1.0/24", b" ", b"}", b"[", b'"', b"null", b"fd00::1", b"-j DROP", b" dev ", b"lladdr", b"65536"]),
)  # fmt: skip


@settings(max_examples=int(os.environ.get("LEADLINE_FUZZ", "40")), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.data())
def test_damaged_texts(recorded: Recorded, capsys: pytest.CaptureFixture[str], data: st.DataObject) -> None:
    """Whatever stands in the files: an answer or one sentence."""
    of = data.draw(st.sampled_from(["lab", "real"]))
    folder = recorded.copy(of)
    files = sorted(each for each in folder.glob("*/*") if each.is_file() and each.name.startswith(MUTATED))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(files))
        raw = path.read_bytes() if path.exists() else b""
        begin = data.draw(st.integers(0, len(raw)))
        end = min(len(raw), begin + data.draw(st.sampled_from([0, 0, 1, 3, 20, 300])))
        path.write_bytes(raw[:begin] + data.draw(NOISE) + raw[end:])
        twin = path.with_suffix({".json": ".txt", ".txt": ".json"}.get(path.suffix, ""))
        if twin.exists() and data.draw(st.booleans()):
            twin.unlink()
    asked = data.draw(st.sampled_from(FLOWS[of]))
    source, to = asked.split()
    code, printed, complaint = door(capsys, source, to, folder)
    assert code in (0, 1, 2)
    assert printed if code < 2 else complaint


@pytest.mark.parametrize("to", ["10.244.0.255:80", "224.0.0.5:80", "255.255.255.255:80", "192.168.10.255:80"])
def test_addresses_of_many(recorded: Recorded, to: str) -> None:
    """They are not followed, and nobody says that they arrive or do not."""
    for source in ("default/web-1", "k8s-w1"):
        found = traced(recorded.folders["lab"], f"{source} {to}")
        assert {each[1] for each in ends(found)} <= {UNKNOWN, "no-route"}, ends(found)
