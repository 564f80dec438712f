"""Every fault of the lab, with real packets: its flow works, then it ends as the fault's file says, then the lab
is exactly as before and the flow works again."""

import errno
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from leadline.base.errors import HostError, UsageError
from leadline.hosts.namespaces import CGROUP, IPC, MNT, NET, PID, USER, UTS, join
from leadline.lab import fault, injection
from leadline.lab import lab as labs
from leadline.lab.fault import Evidence, Flow
from leadline.lab.lab import Lab
from leadline.lab.plan import LabSpec, plan
from leadline.lab.pods import child

FAULTS = fault.every()
ASKED_FOR = {
    "mtu-mismatch",
    "fdb-missing",
    "fdb-wrong",
    "neighbour-missing",
    "neighbour-wrong",
    "vtep-mac-changed",
    "route-missing",
    "duplicate-subnet",
    "ip-forward-off",
    "forward-policy-drop",
    "masquerade-missing",
    "vxlan-port-closed",
    "firewalld-forward",
    "cni0-down",
    "veth-detached",
    "hairpin-off",
    "rp-filter-strict",
    "bridge-nf-call-off",
    "no-endpoints",
    "stale-endpoint",
    "host-port-flushed",
    "address-leak",
    "vxlan-port-other",
    "node-cut-off",
}
OF_KUBE_PROXY = ("bridge-nf-call-off", "hairpin-off", "no-endpoints", "stale-endpoint", "firewalld-forward")
CASES = [("iptables", each.name) for each in FAULTS] + [("nftables", name) for name in OF_KUBE_PROXY]
EVERYTHING = USER | MNT | CGROUP | UTS | IPC | NET | PID
# ARP gives up within a tenth of a second, ICMP errors are not rationed, an IPv6 address is usable at once.
QUICK = {
    "ipv4/neigh/*/retrans_time_ms": "20",
    "ipv4/icmp_ratelimit": "0",
    "ipv4/icmp_msgs_per_sec": "100000",
    "ipv4/icmp_msgs_burst": "10000",
    "ipv6/conf/*/accept_dad": "0",
}
# Seconds. Nothing in the lab takes a tenth of this; a packet that is lost stays away longer than any of them.
LOST, PATIENCE = 0.3, 10
MOVES_BY_ITSELF = re.compile(r"nf_conntrack_count|stable_secret|/flush$|fastopen_key")
TIMERS = re.compile(r".*_timer|topology_change.*|stats.*|handle|packets|bytes|expires|tentative")


@cache
def place(lab: Lab, name: str) -> int:
    return labs.place(lab, name)


def everywhere(lab: Lab, places: Iterable[str], work: Callable[[], Any]) -> dict[str, Any]:
    """What this work says at each of these places, at all of them at once."""
    asked = {}
    for name in places:
        process = place(lab, name)
        reader, writer = os.pipe()

        def within(process: int = process, writer: int = writer) -> None:
            join(process, EVERYTHING)
            with os.fdopen(writer, "w") as out:
                json.dump(work(), out)

        asked[name] = (child(within), reader)
        os.close(writer)
    said = {}
    for name, (worker, reader) in asked.items():
        with os.fdopen(reader) as answer:
            said[name] = json.loads(answer.read())
        os.waitpid(worker, 0)
    return said


def at(lab: Lab, name: str, work: Callable[[], Any]) -> Any:
    return everywhere(lab, [name], work)[name]


def printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def ran(lab: Lab, name: str, line: str) -> str:
    return str(at(lab, name, lambda: printed(*line.split())))


def try_out(flow: Flow) -> str:
    """What the sender sees of one attempt, in the words of `expected.seen`."""
    kind = socket.SOCK_STREAM if flow.protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as own:
        own.settimeout(LOST)
        try:
            if flow.df:
                own.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO
                own.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
            own.connect((flow.destination, flow.port))
            own.send(b"GET / HTTP/1.0\r\n\r\n" if flow.protocol == "tcp" else bytes(flow.size))
            return "answer" if own.recv(4096) else "closed"
        except TimeoutError:
            return "timeout"
        except OSError as error:
            named = {
                errno.ECONNREFUSED: "refused",
                errno.EHOSTUNREACH: "unreachable",
                errno.EMSGSIZE: "too-big",
            }
            return named.get(error.errno or 0, str(error))


def sees(lab: Lab, flow: Flow) -> str:
    return str(at(lab, flow.source, lambda: try_out(flow)))


def comes_true(check: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not check():
        if time.monotonic() > until:
            return False
    return True


def counted(lab: Lab, evidence: Evidence) -> int:
    done = at(lab, evidence.at, lambda: subprocess.run(evidence.run, capture_output=True, text=True).stdout)
    found = re.search(evidence.number, done)
    return int(found[1]) if found else 0


def still(value: Any) -> Any:
    """Without what moves by itself."""
    if isinstance(value, dict):
        return {key: still(inner) for key, inner in value.items() if not TIMERS.fullmatch(key)}
    return [still(inner) for inner in value] if isinstance(value, list) else value


def one_by_one(objects: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(still(each), sort_keys=True) for each in objects)


def network() -> dict[str, Any]:
    """Everything of this network namespace, without counters, timers and what it learned."""
    settings = {}
    for folder, _, names in os.walk("/proc/sys/net"):
        for name in names:
            path = f"{folder}/{name}"
            if not MOVES_BY_ITSELF.search(path):
                settings[path] = Path(path).read_text()
    nft: dict[str, list[Any]] = {}
    for entry in json.loads(printed("nft", "-j", "list", "ruleset"))["nftables"]:
        ((kind, value),) = entry.items()
        where = "/".join(str(value.get(key)) for key in ("family", "table", "chain"))
        nft.setdefault(f"{kind} {where}", []).append(still(value))
    return {
        "addr": one_by_one(json.loads(printed("ip", "-d", "-j", "addr"))),
        "link": one_by_one(json.loads(printed("bridge", "-d", "-j", "link"))),
        "fdb": one_by_one(
            each for each in json.loads(printed("bridge", "-j", "fdb")) if each["state"] == "permanent"
        ),
        "neigh": one_by_one(json.loads(printed("ip", "-j", "neigh", "show", "nud", "permanent"))),
        "rule": printed("ip", "rule"),
        "route": one_by_one(
            each
            for family in ("-4", "-6")
            for each in json.loads(printed("ip", family, "-d", "-j", "route", "show", "table", "all"))
        ),
        "rules": [
            line
            for program in ("iptables-save", "ip6tables-save")
            for line in re.sub(r" \[\d+:\d+\]|^#.*\n", "", printed(program), flags=re.MULTILINE).splitlines()
        ],
        # rules in their order, everything else by what it is
        "nft": {
            key: values if key.startswith("rule ") else one_by_one(values) for key, values in nft.items()
        },
        "sysctl": settings,
    }


def files() -> dict[str, str]:
    found = {}
    for top in ("/run", "/etc", "/var/lib"):
        for folder, _, names in os.walk(top):
            if ".machine" not in folder and "/shm" not in folder and "/netns" not in folder:
                for path in (Path(folder, name) for name in names):
                    if path.is_file() and not path.is_symlink():
                        found[str(path)] = path.read_text(errors="replace")
    return found


def places(lab: Lab) -> list[str]:
    made = labs.topology(lab)
    return ["outside", *(node.name for node in made.nodes), *(pod.full_name for pod in made.pods)]


def nodes(lab: Lab) -> list[str]:
    return [node.name for node in labs.topology(lab).nodes]


def as_it_is(lab: Lab, where: Iterable[str]) -> dict[str, Any]:
    where = list(where)
    own = everywhere(lab, [each for each in nodes(lab) if each in where], files)
    return {name: (found, own.get(name)) for name, found in everywhere(lab, where, network).items()}


def is_as(lab: Lab, before: dict[str, Any], where: Iterable[str]) -> None:
    """These places come to be what they were before."""
    now: dict[str, Any] = {}

    def same() -> bool:
        now.update(as_it_is(lab, where))
        return all(before[name] == found for name, found in now.items())

    assert comes_true(same), "\n".join(differences({name: before[name] for name in now}, now))


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), f"{path}/{key}")
    elif isinstance(one, tuple) and isinstance(other, tuple):
        for mine, theirs in zip(one, other, strict=True):
            yield from differences(mine, theirs, path)
    elif isinstance(one, list) and isinstance(other, list) and one != other:
        yield from (f"{path} - {each}" for each in one if each not in other)
        yield from (f"{path} + {each}" for each in other if each not in one)
        if sorted(map(str, one)) == sorted(map(str, other)):
            yield f"{path}: another order"
    elif one != other:
        yield f"{path}: {one!r} -> {other!r}"


def hurry() -> None:
    for pattern, value in QUICK.items():
        for file in Path("/proc/sys/net").glob(pattern):
            file.write_text(value)


@pytest.fixture(scope="module")
def healthy() -> Iterator[dict[str, tuple[Lab, Any]]]:
    """Labs of 3 nodes with 2 pods each by their proxy mode, and how each is without a fault. After all faults,
    everything is still so, wherever it is."""
    there: dict[str, tuple[Lab, Any]] = {}
    yield there
    try:
        for lab, before in there.values():
            is_as(lab, before, places(lab))
    finally:
        for lab, _ in there.values():
            labs.down(lab.name)


def made(proxy: Any) -> tuple[Lab, Any]:
    spec = LabSpec(name=f"faults-{proxy}-{os.getpid()}", nodes=3, pods=2, proxy=proxy)
    lab = labs.up(spec, lambda what, number: None)
    everywhere(lab, places(lab), hurry)
    assert comes_true(lambda: not any(everywhere(lab, places(lab), tentative).values()))
    return lab, as_it_is(lab, places(lab))


def tentative() -> str:
    """IPv6 addresses that the kernel still asks about: their routes are not there yet."""
    return printed("ip", "-6", "addr", "show", "tentative")


@pytest.mark.parametrize(("proxy", "name"), CASES)
def test_fault(healthy: dict[str, tuple[Lab, Any]], proxy: str, name: str) -> None:
    lab, before = healthy.pop(proxy) if proxy in healthy else made(proxy)
    try:
        shows_and_recovers(lab, before, name)
    except BaseException:
        labs.down(lab.name)
        raise
    healthy[proxy] = lab, before


def shows_and_recovers(lab: Lab, healthy: Any, name: str) -> None:
    ours = fault.filled(fault.load(name), labs.topology(lab))
    expected, works = ours.expected, ours.works
    assert comes_true(lambda: sees(lab, ours.flow) == "answer")
    before = [0 if expected.disposition != "delivered" else counted(lab, each) for each in ours.evidence]
    injection.inject(lab, name)
    touched = {step.at for step in ours.steps if step.at != "every-node"} or set(nodes(lab))
    everywhere(lab, touched, hurry)  # a new interface has the kernel's own pace
    assert [each.name for each in injection.injected(lab)] == [name]
    if expected.disposition != "delivered":
        before = [counted(lab, each) for each in ours.evidence]
    # an ICMP error may come late, and that of a datagram comes with the next; silence is silence at once
    assert expected.seen == "timeout" or comes_true(lambda: sees(lab, ours.flow) == expected.seen)
    assert sees(lab, ours.flow) == expected.seen
    for each, number in zip(ours.evidence, before, strict=True):
        assert counted(lab, each) > number, each
    if works:
        assert comes_true(lambda: sees(lab, works) == "answer")
    injection.recover(lab, name)
    everywhere(lab, touched, hurry)
    assert injection.injected(lab) == ()
    is_as(lab, healthy, touched)
    assert comes_true(lambda: sees(lab, ours.flow) == "answer")


def test_what_was_asked_for_is_there() -> None:
    assert {each.name for each in FAULTS} >= ASKED_FOR


@pytest.mark.parametrize("name", [each.name for each in FAULTS])
def test_fault_is_told_in_both_languages_and_by_its_places(name: str) -> None:
    ours = fault.filled(fault.load(name), plan(LabSpec()))
    for told in (ours.title, ours.description, ours.symptom, ours.met):
        assert told.en and re.search("[가-힣]", told.ko) and not re.search("[가-힣]", told.en)
        assert not re.search(r"\{[a-z]|\((이|가|은|는|을|를|으)\)", told.en + told.ko), told
    for told in (ours.description, ours.symptom, ours.met):
        assert told.en.endswith((".", ")")) and told.ko.rstrip(")").endswith("."), told
    assert ours.steps and ours.flow.destination and ours.expected.at
    assert ours.expected.disposition == "delivered" or ours.evidence or ours.expected.seen == "timeout"


@pytest.mark.parametrize(
    ("spec", "name", "sentence"),
    [
        (
            LabSpec(nodes=1),
            "fdb-missing",
            "needs 2 nodes with 1 pods each, lab lab has 1 with 2: make one with `leadline lab up --nodes 2 --pods 1`",
        ),
        (LabSpec(nodes=2), "fdb-wrong", "needs 3 nodes with 1 pods each, lab lab has 2 with 2"),
        (LabSpec(pods=1), "veth-detached", "needs 2 nodes with 2 pods each, lab lab has 3 with 1"),
        (
            LabSpec(backend="host-gw"),
            "fdb-missing",
            "needs a lab made with --backend vxlan; lab lab has host-gw",
        ),
        (
            LabSpec(proxy="nftables"),
            "service-rules-flushed",
            "needs a lab made with --proxy iptables; lab lab has nftables",
        ),
        (LabSpec(), "fdb-mising", "no fault named fdb-mising; did you mean fdb-missing"),
        (LabSpec(), "qqq", "no fault named qqq; see `leadline lab fault list`"),
    ],
)
def test_fault_that_a_lab_cannot_have(spec: LabSpec, name: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        fault.filled(fault.load(name), plan(spec))


def test_small_lab_has_a_fault_without_the_flow_that_goes_on() -> None:
    ours = fault.filled(fault.load("fdb-missing"), plan(LabSpec(nodes=2, pods=1)))
    assert ours.works is None
    assert ours.flow.source == "default/web-2"


def test_faults_together_and_by_mistake(healthy: dict[str, tuple[Lab, Any]]) -> None:
    lab, before = healthy.pop("iptables") if "iptables" in healthy else made("iptables")
    try:
        for name in ("stale-endpoint", "no-endpoints", "fdb-missing"):
            injection.inject(lab, name)
        with pytest.raises(UsageError, match="has fault fdb-missing already; undo it with"):
            injection.inject(lab, "fdb-missing")
        with pytest.raises(
            UsageError, match="does not have fault ip-forward-off; it has: stale-endpoint, no-endp"
        ):
            injection.recover(lab, "ip-forward-off")
        # of two that believe something about one Service, either may go first
        injection.recover(lab, "stale-endpoint")
        one = fault.filled(fault.load("no-endpoints"), labs.topology(lab)).flow
        assert comes_true(lambda: sees(lab, one) == "refused")
        assert [each.name for each in injection.recover_all(lab)] == ["fdb-missing", "no-endpoints"]
        # a command that fails: nothing of the fault stays, and nothing else goes
        ran(lab, "k8s-w1", "ip link add virbr0 type bridge")
        with pytest.raises(
            HostError, match=r"k8s-w1 of lab .*: `ip link add virbr0 type bridge`: .*File exists"
        ):
            injection.inject(lab, "overlapping-network")
        ran(lab, "k8s-w1", "ip link del virbr0")
        # the first of its steps can be done, the second not
        ran(lab, "k8s-ctr", "ip addr add 10.244.2.1/24 broadcast + dev cni0")
        ran(lab, "k8s-ctr", "ip route del 10.244.2.0/24 dev cni0")
        with pytest.raises(HostError, match=r"k8s-ctr of lab .*: `ip addr add .*(exists|already)"):
            injection.inject(lab, "duplicate-subnet")
        ran(lab, "k8s-ctr", "ip addr del 10.244.2.1/24 dev cni0")
        assert injection.injected(lab) == ()
        is_as(lab, before, places(lab))
        # killed before its first step was done, and after all were
        kept = labs.root() / lab.name / "faults.json"
        injection.inject(lab, "fdb-missing")
        was = json.loads(kept.read_bytes())
        was["faults"][0] |= {"finished": False}
        kept.write_text(json.dumps(was))
        injection.recover(lab, "fdb-missing")
        is_as(lab, before, ["k8s-w1"])
        was["faults"][0] |= {"name": "forward-policy-drop", "started": 0}
        kept.write_text(json.dumps(was))
        injection.recover(lab, "forward-policy-drop")
        is_as(lab, before, ["k8s-w1"])
    except BaseException:
        labs.down(lab.name)
        raise
    healthy["iptables"] = lab, before
