"""What flanneld announced of a node beside what the node has, on the recorded real cluster."""

import json
from pathlib import Path

import pytest

from leadline.network.annotations import differences
from leadline.network.topology import Topology
from leadline.snapshot.store import load

RECORDED = Path(__file__).parent.parent / "data/recordings"
BACKEND = "flannel.alpha.coreos.com/backend-data"
PUBLIC = "flannel.alpha.coreos.com/public-ip"
TRUE = {BACKEND: json.dumps({"VNI": 1, "VtepMAC": "ce:56:c4:4a:49:3b"}), PUBLIC: "192.168.10.100"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, []),
        ({BACKEND: json.dumps({"VNI": 1, "VtepMAC": "02:00:00:00:00:01"})}, ["VtepMAC"]),
        ({BACKEND: json.dumps({"VNI": 4096, "VtepMAC": "CE:56:C4:4A:49:3B"})}, ["VNI"]),
        ({PUBLIC: "10.0.2.15"}, ["public-ip"]),
        ({BACKEND: "{"}, []),
        ({BACKEND: "null", PUBLIC: ""}, []),
    ],
)
def test_annotations(changed: dict[str, str], words: list[str]) -> None:
    snapshots = {"k8s-ctr": next(iter(load(RECORDED / "k8s-ctr/after").values()))}
    node = {"kind": "Node", "metadata": {"name": "k8s-ctr", "annotations": TRUE | changed}}
    said = [each.en for each in differences(Topology(snapshots, [node]))]
    assert len(said) == len(words)
    assert all(f"says {word}" in text for word, text in zip(words, said, strict=True))
