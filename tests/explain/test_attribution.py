"""No change has a wrong author: what others do on a node is not Kubernetes', and a name alone proves nothing.

The plants in tests/data/attribution are lines that Docker, Podman, libvirt, WireGuard, tuned, ufw and people left
on real hosts. `add`: file → lines; `iptables`: table → lines; `change`: sysctl key → [before, after].
"""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from leadline.explain.explain import Explanation, explain
from leadline.facts.catalogue import sources
from leadline.facts.listeners import Listener
from leadline.facts.source import Fact, Parsed
from leadline.snapshot.diff import Change
from leadline.snapshot.snapshot import Snapshot
from leadline.snapshot.store import load

DATA = Path(__file__).parent.parent / "data"
RECORDINGS = DATA / "recordings"
PLANTS = sorted((DATA / "attribution").glob("*.yaml"))
FILES = ("sysctl.txt", "ip_addr.txt", "ss.txt", "findmnt.txt", "iptables-save.txt")
PAIRS = [
    ("k8s-ctr", "before", "after"),
    ("k8s-ctr", "after", "after-nftables"),
    ("k8s-w1", "before", "after"),
    ("k8s-w1", "after", "after-nftables"),
    ("k8s-w1", "after", "after-reset"),
    ("k8s-w1", "after", "before"),
]
KUBERNETES = (
    "kubelet kube-proxy kube-apiserver kube-controller-manager kube-scheduler etcd flannel cni portmap coredns "
    "metallb kubespray kubeadm kubernetes k3s rke2 microk8s calico cilium kube-router nodelocaldns kube-vip"
)


def snapshot(folder: Path) -> Snapshot:
    return next(iter(load(folder).values()))


def copied(side: str, target: Path) -> None:
    target.mkdir()
    for name in FILES:
        file = RECORDINGS / "k8s-ctr" / side / name
        if file.exists():
            shutil.copy(file, target / name)
    rules = target / "iptables-save.txt"
    if not rules.exists():
        tables = ("filter", "nat", "mangle")
        rules.write_text("".join(f"*{table}\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n" for table in tables))


def plant(planted: dict[str, Any], before: Path, after: Path) -> None:
    for name, lines in planted.get("add", {}).items():
        with (after / name).open("a") as file:
            file.write(lines)
    rules = (after / "iptables-save.txt").read_text()
    for table, lines in planted.get("iptables", {}).items():
        head, _, rest = rules.partition(f"*{table}\n")
        inner, _, tail = rest.partition("COMMIT\n")
        found = lines.splitlines(keepends=True)
        chains = "".join(line for line in found if line.startswith(":"))
        appended = "".join(line for line in found if not line.startswith(":"))
        rules = f"{head}*{table}\n{chains}{inner}{appended}COMMIT\n{tail}"
    (after / "iptables-save.txt").write_text(rules)
    for side, position in ((before, 0), (after, 1)):
        lines = (side / "sysctl.txt").read_text().splitlines()
        kept = [line for line in lines if line.split(" = ")[0] not in planted.get("change", {})]
        kept += [f"{key} = {values[position]}" for key, values in planted.get("change", {}).items()]
        (side / "sysctl.txt").write_text("\n".join(kept) + "\n")


def named(changes: Explanation) -> dict[tuple[str, str, str], str]:
    return {
        (each.change.fact, each.change.key, each.change.kind): f"{each.cause.component} by {each.cause.rule}"
        for each in changes.changes
        if each.cause is not None and each.cause.component in KUBERNETES.split()
    }


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """The changes of the node itself, with nothing planted."""
    folder = tmp_path_factory.mktemp("node")
    for side in ("before", "after"):
        copied(side, folder / side)
    explanation = explain(snapshot(folder / "before"), snapshot(folder / "after"))
    return {(each.change.fact, each.change.key, each.change.kind) for each in explanation.changes}


@pytest.mark.parametrize("file", PLANTS, ids=lambda file: file.stem)
def test_what_others_do_is_not_kubernetes(
    file: Path, node: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    planted = YAML(typ="safe").load(file)
    for side in ("before", "after"):
        copied(side, tmp_path / side)
    plant(planted, tmp_path / "before", tmp_path / "after")
    explanation = explain(snapshot(tmp_path / "before"), snapshot(tmp_path / "after"))
    ours = {(each.change.fact, each.change.key, each.change.kind) for each in explanation.changes} - node
    assert len(ours) >= max(1, len(planted.get("change", {})) - 1), "the plant did not take"
    assert {key: author for key, author in named(explanation).items() if key in ours} == {}


class Alone(Snapshot):
    """A side of which one entry of one fact is left, or nothing of it."""

    def __init__(self, change: Change, entry: Any) -> None:
        super().__init__("host", ())
        entries = {} if entry is None else {change.key: entry}
        self._fact = Fact(sources()[change.fact], "host", "", "", Parsed(entries))

    def names(self) -> list[str]:
        return [self._fact.source.name]

    def variants(self, name: str) -> list[str]:
        return ["alone"] if name in self.names() else []

    def fact(self, name: str, variant: str) -> Fact | None:
        return self._fact

    def entries(self, name: str) -> dict[str, Any]:
        return self._fact.entries if name in self.names() else {}


def unnamed(entry: Any) -> Any:
    """A listener as ss shows it to a user who may not see whose it is."""
    return msgspec.structs.replace(entry, processes=None) if isinstance(entry, Listener) else entry


@pytest.mark.parametrize(("host", "before", "after"), PAIRS, ids=" ".join)
def test_one_line_alone_shows_no_component(host: str, before: str, after: str) -> None:
    """A socket's line is the exception: its process column is the kernel's own word on whose it is. Without that
    column it shows no more than any other line."""
    explanation = explain(snapshot(RECORDINGS / host / before), snapshot(RECORDINGS / host / after))
    shown: dict[str, list[str]] = {}
    tried = 0
    for each in explanation.changes:
        if each.cause is None or each.cause.component not in KUBERNETES.split():
            continue
        tried += 1
        change = each.change
        alone = explain(Alone(change, unnamed(change.before)), Alone(change, unnamed(change.after)))
        for left in alone.changes:
            if (
                left.cause is not None
                and left.cause.certainty == "shown"
                and left.cause.component in KUBERNETES.split()
            ):
                shown.setdefault(left.cause.rule, []).append(f"{change.fact} {change.key}")
    assert tried or (before, after) == ("after", "after-reset")
    assert shown == {}
