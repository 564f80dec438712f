"""The network namespaces of pods, kept alive by a mount."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.container_mounts import CONTAINERD, OTHERS, SANDBOXES
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, MOUNT, any_apart
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NETNS = re.compile(rf"(?:/var)?/run/netns/(?P<name>cni-{UUID})(?: #\d+)?")


def match(change: Change, pair: Pair) -> Match | None:
    found = NETNS.fullmatch(change.key)
    if found is None or change.entry.fstype not in (None, "nsfs", "proc"):
        return None
    side = pair.side(change)
    end = next(
        (name for name, each in side.entries("ip_addr").items() if each.peer_netns == found["name"]), None
    )
    # Podman before 4.0 drew such names too.
    author = any_apart(side, KUBERNETES, MOUNT)
    if not author and not seen_apart(side, "podman", *MOUNT):
        author = seen_apart(side, "containerd", *MOUNT)
    evidence = list(author)
    if end is not None:
        evidence.append(side.saw("ip_addr", f"{end} link-netns {found['name']}"))
    if (
        not evidence
        and (sandbox := side.mount(*(f"{root}/{SANDBOXES}" for root in (CONTAINERD, *OTHERS)))) is not None
    ):
        evidence.append(sandbox)
    values: dict[str, object] = {
        "end": Text(f"; the host's end is {end}", f". 호스트 쪽 끝은 {end}입니다") if end else Text("", "")
    }
    return Match(tuple(evidence), "shown" if author else "likely", values) if evidence else None


rule = Rule(
    name="pod-netns",
    facts=("findmnt", "df"),
    component="containerd",
    class_="derived",
    why=Text(
        "One pod's network namespace: containerd binds it to this file so that it lives as long as the pod{end}. "
        "Pods with `hostNetwork` have none.",
        "파드 하나의 네트워크 네임스페이스입니다. containerd가 파드가 사는 동안 유지하려고 이 파일에 바인드합니다{end}. "
        "`hostNetwork` 파드에는 없습니다.",
    ),
    since="containerd 1.1 (CRI plugin)",
    source="containerd/containerd pkg/netns/netns_linux.go newNS",
    group=Text("pod network namespaces", "파드 네트워크 네임스페이스"),
    match=match,
)
