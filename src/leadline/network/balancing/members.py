"""The nodes of a cluster as MetalLB's speakers count them.

metallb speaker/layer2_controller.go (speakersForAds), internal/speakerlist (memberlist), internal/k8s/nodes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from leadline.network.balancing.pools import Objects
from leadline.network.nodes import Node
from leadline.network.objects import Object
from leadline.network.recorded import RecordedNetns
from leadline.network.uplinks import uplinks

PORT = 7946
"""Where speakers hear each other (memberlist)."""
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
"""kubeadm gives this label to every control plane node."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A node. `labels`: None where they were not recorded. `excluded`: by its label; `unavailable`: its condition
    NetworkUnavailable; `cut`: its recorded uplinks are all down. `speaker`: a ready one is there, None: not told;
    `counted`: whether the others count it as there."""

    name: str
    labels: Mapping[str, str] | None = None
    excluded: bool = False
    unavailable: bool = False
    cut: bool = False
    speaker: bool | None = None
    counted: bool = True
    addresses: tuple[str, ...] = ()


class Speakers(msgspec.Struct, frozen=True, kw_only=True):
    """What the speakers' pods tell. `ready`: of which node a speaker is; None where no pod was recorded. `listed`: they
    hear each other; else every node counts. `heed`: the label EXCLUDED counts. `service_class`: theirs, "" for none."""

    ready: Mapping[str, bool] | None = None
    listed: bool = True
    heed: bool = True
    service_class: str = ""


def speakers(objects: Objects) -> Speakers:
    """What the pods of MetalLB's speakers tell."""
    pods = [each for each in objects.get("Pod", ()) if _speaks(each)]
    if not pods:
        return Speakers()
    ready: dict[str, bool] = {}
    for each in pods:
        node = (each.get("spec") or {}).get("nodeName") or ""
        ready[node] = ready.get(node, False) or _is_ready(each.get("status") or {})
    containers = [one for each in pods for one in (each.get("spec") or {}).get("containers") or ()]
    arguments = [
        word for one in containers for word in (*(one.get("command") or ()), *(one.get("args") or ()))
    ]
    names = {variable["name"] for one in containers for variable in one.get("env") or ()}
    classes = [each.partition("=")[2] for each in arguments if each.startswith("--lb-class=")]
    return Speakers(
        ready=ready,
        listed=not names
        or "METALLB_ML_BIND_ADDR" in names
        or any(each.startswith("--ml-bindaddr") for each in arguments),
        heed=not any(each in ("--ignore-exclude-lb", "--ignore-exclude-lb=true") for each in arguments),
        service_class=classes[0] if classes else "",
    )


def _speaks(pod: Object) -> bool:
    labels = pod["metadata"].get("labels") or {}
    part = labels.get("component") or labels.get("app.kubernetes.io/component")
    whose = labels.get("app") or labels.get("app.kubernetes.io/name")
    ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    return part == "speaker" and whose == "metallb" and not ended


def _is_ready(status: Mapping[str, Any]) -> bool:
    told = [each.get("status") for each in status.get("conditions") or () if each.get("type") == "Ready"]
    return (told[0] == "True") if told else bool(status.get("phase", "Running") == "Running")


def members(
    objects: Objects, nodes: Iterable[Node], hosts: Mapping[str, RecordedNetns], known: Speakers
) -> tuple[Member, ...]:
    """All nodes."""
    told = {each["metadata"]["name"]: each for each in objects.get("Node", ())}
    return tuple(_member(each, told.get(each.name), hosts.get(each.host), known) for each in nodes)


def _member(node: Node, told: Object | None, host: RecordedNetns | None, known: Speakers) -> Member:
    labels = (told["metadata"].get("labels") or {}) if told is not None else None
    conditions = ((told.get("status") or {}).get("conditions") or ()) if told is not None else ()
    speaker = _listens(host) if known.ready is None else known.ready.get(node.name, False)
    return Member(
        name=node.name,
        labels=labels,
        excluded=known.heed and EXCLUDED in (labels or {}),
        unavailable=any(
            each.get("type") == "NetworkUnavailable" and each.get("status") == "True" for each in conditions
        ),
        cut=host is not None and _is_cut(host),
        speaker=speaker,
        counted=not known.listed or speaker is not False,
        addresses=node.addresses,
    )


def _listens(host: RecordedNetns | None) -> bool | None:
    """Whether a speaker is on a host, by the port it listens on; None where sockets were not recorded."""
    found = host.listeners() if host is not None else None
    if found is None:
        return None
    return any(each.port == PORT and each.exposure != "loopback" for each, _ in found)


def _is_cut(host: RecordedNetns) -> bool:
    links = host.unpaired
    wires = [links[each] for each in uplinks(links)]
    return bool(wires) and not any(each.up and each.carrier is not False for each in wires)
