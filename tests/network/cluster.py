"""The recorded real cluster, and what is known of its pods otherwise."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadline.network.topology import Topology

DATA = Path(__file__).parents[1] / "data"
REAL = DATA / "recordings"
API = DATA / "network" / "topology" / "api"
HOSTS = ("k8s-ctr", "k8s-w1")

# as `crictl inspectp` told of each sandbox: address, network namespace, its end on the node, its MAC address
PODS = {
    "default/pod-2": ("k8s-ctr", "10.244.0.2", "cni-39f97fa4-1e46-adf4-215c-fbb87ea2f913", "veth0d6bd62c", "b2:32:7a:22:cf:f3"),
    "default/deploy-websrv-67b6ffc4b8-vlhd9": ("k8s-ctr", "10.244.0.3", "cni-06039802-7234-9544-84e0-64ae53629852", "veth04d78676", "1e:6e:80:bc:68:b1"),
    "default/deploy-websrv-67b6ffc4b8-h9gcq": ("k8s-ctr", "10.244.0.4", "cni-7a9b623e-d778-ec00-fb07-06599413e7ca", "veth8d6e1b08", "4a:51:f9:f9:07:ca"),
    "default/myweb2": ("k8s-w1", "10.244.1.2", "cni-7dc039c5-f109-9538-aa7c-c73efa88a49d", "veth4ed6a613", "76:6c:ac:95:2e:62"),
    "default/hostport": ("k8s-w1", "10.244.1.3", "cni-2692602d-1433-dd78-c7e7-e70a20becea5", "veth698eb730", "52:d4:b1:86:7a:ec"),
    "default/deploy-websrv-67b6ffc4b8-lx757": ("k8s-w1", "10.244.1.4", "cni-271616e8-0647-32cd-677c-2cd86529a28d", "veth401166b1", "76:d7:a2:03:a5:32"),
    "default/pod-1": ("k8s-w1", "10.244.1.5", "cni-008f36b0-300e-8678-d1c7-968f76067552", "veth6021b42a", "76:0d:cc:40:01:63"),
    "default/deploy-websrv-67b6ffc4b8-xqjng": ("k8s-w1", "10.244.1.6", "cni-07b12595-a80e-faf5-b520-3d1f2c3878f1", "veth3e71150a", "c6:79:a0:c9:b3:8c"),
    "default/deploy-websrv-67b6ffc4b8-qbxkp": ("k8s-w1", "10.244.1.7", "cni-841ba777-9a39-3088-5dcb-f354fb0db5b0", "veth9a9b96ac", "da:cb:6b:20:c1:61"),
}  # fmt: skip
# nobody had spoken to these, so the node's tables do not know them
SILENT = {"default/myweb2", "default/hostport", "default/deploy-websrv-67b6ffc4b8-qbxkp"}

Copied = Callable[..., Path]
"""Copies the cluster's recording into a folder of hosts: the fixture below."""


def of_pods(topology: Topology) -> dict[str, tuple[Any, ...]]:
    return {
        pod.full_name: (pod.host, *pod.addresses, pod.netns, pod.veth, pod.mac)
        for pod in topology.pods
        if not pod.host_network
    }


def known(*fields: int) -> dict[str, tuple[Any, ...]]:
    """What is to be found, of it only these fields, None for others."""
    return {
        name: tuple(
            each if place in fields and not (place == 4 and name in SILENT) else None
            for place, each in enumerate(told)
        )
        for name, told in PODS.items()
    }


def copier(tmp_path: Path) -> Copied:
    """The real cluster's recording as a folder of hosts: `keep` the files (all), after which `when`, with `api` or not."""

    def make(*keep: str, when: str = "after", api: bool = False) -> Path:
        into = tmp_path / "cluster"
        shutil.rmtree(into, ignore_errors=True)
        for host in HOSTS:
            source = REAL / host / when
            shutil.copytree(source, into / host)
            for each in (into / host).iterdir() if keep else ():
                if each.name.partition(".")[0] not in keep and each.name not in keep:
                    shutil.rmtree(each) if each.is_dir() else each.unlink()
        if api:
            shutil.copytree(API, into / "api")
        return into

    return make
