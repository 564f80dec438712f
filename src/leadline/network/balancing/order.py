"""The order in which MetalLB's speakers answer for an address (metallb speaker/layer2_controller.go, sortL2Candidates)."""

from collections.abc import Iterable, Mapping
from hashlib import sha256


def order(nodes: Iterable[str], address: str, scores: Mapping[str, int] | None = None) -> list[str]:
    """Nodes in the order in which they answer for an address: the preferred ones first, then by the digest of both."""
    scores = scores or {}
    return sorted(
        nodes, key=lambda node: (-scores.get(node, 0), sha256(f"{node}#{address}".encode()).digest())
    )
