"""iptables-nft's rules are told once: by iptables-save where both sides have it, else by the nft ruleset."""

import shutil
from pathlib import Path

from leadline.snapshot.diff import diff
from leadline.snapshot.snapshot import Snapshot
from leadline.snapshot.store import load

NODE = Path(__file__).parent.parent / "data" / "recordings" / "k8s-w1"


def snapshot(side: str, folder: Path, *names: str) -> Snapshot:
    folder.mkdir(parents=True)
    for name in names:
        shutil.copy(NODE / side / name, folder)
    return next(iter(load(folder).values()))


def facts(tmp_path: Path, *names: str) -> dict[str, int]:
    before = snapshot("after", tmp_path / "before", *names)
    after = snapshot("after-nftables", tmp_path / "after", *names)
    told: dict[str, int] = {}
    for change in diff(before, after).changes:
        told[change.fact] = told.get(change.fact, 0) + 1
        if change.fact == "nft" and "iptables-save.txt" in names:
            assert change.entry.table == "kube-proxy" or change.entry.family == "ip6", change.key
    return told


def test_told_once(tmp_path: Path) -> None:
    both = facts(tmp_path / "both", "iptables-save.txt", "nft_ruleset.txt")
    alone = facts(tmp_path / "alone", "nft_ruleset.txt")
    assert both["iptables"] > 100
    assert alone["nft"] > both["nft"] > 100
