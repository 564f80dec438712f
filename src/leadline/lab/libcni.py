"""What libcni keeps of a pod's networks when containerd has attached it to them: /var/lib/cni/results.

libcni 1.2-1.3 (libcni/api.go), containerd 1.6-2.1 (internal/cri/server/sandbox_run.go), whose first network is always
the loopback interface; held against the files of a real containerd by tests/lab/test_likeness.py.
"""

import base64
import json

from leadline.lab.plan import Node, Plan, Pod

_LOOPBACK = """{
"cniVersion": "0.3.1",
"name": "cni-loopback",
"plugins": [{
  "type": "loopback"
}]
}"""


def kept(plan: Plan, node: Node, pod: Pod, config: str) -> dict[str, str]:
    """Path → content. `config`: the list of plugins of the pod's network, as its file has it."""
    netns = f"/var/run/netns/{pod.netns}"
    own = {"name": "lo", "mac": "00:00:00:00:00:00", "sandbox": netns}
    loopback = {
        "interfaces": [own],
        "ips": [{"address": each, "interface": 0, "version": ""} for each in ("127.0.0.1/8", "::1/128")],
    }
    gateway = str(node.bridge_address)
    bridged = {
        "interfaces": [
            {"name": "cni0", "mac": node.pods[0].veth_mac},
            {"name": pod.veth, "mac": pod.veth_mac},
            {"name": "eth0", "mac": pod.mac, "sandbox": netns},
        ],
        "ips": [
            {
                "address": f"{pod.address}/{node.subnet.prefixlen}",
                "gateway": gateway,
                "interface": 2,
                "version": "4",
            }
        ],
        "routes": [{"dst": str(plan.spec.pod_cidr)}, {"dst": "0.0.0.0/0", "gw": gateway}],
    }
    return {
        f"/var/lib/cni/results/{network}-{pod.sandbox}-{interface}": _cached(
            pod, network, interface, text, result
        )
        for network, interface, text, result in (
            ("cni-loopback", "lo", _LOOPBACK, loopback),
            ("cbr0", "eth0", config, bridged),
        )
    }


def _cached(pod: Pod, network: str, interface: str, config: str, result: dict[str, object]) -> str:
    """The file of one attachment: its fields in Go's order, what a map or a result holds by name."""
    capabilities: dict[str, object] = {
        "io.kubernetes.cri.pod-annotations": {"kubernetes.io/config.source": "api"}
    }
    if pod.host_ports:
        capabilities["portMappings"] = [
            {"HostPort": port, "ContainerPort": target, "Protocol": "tcp", "HostIP": ""}
            for port, target in pod.host_ports
        ]
    arguments = {
        "IgnoreUnknown": "1",
        "K8S_POD_NAMESPACE": pod.namespace,
        "K8S_POD_NAME": pod.name,
        "K8S_POD_INFRA_CONTAINER_ID": pod.sandbox,
        "K8S_POD_UID": pod.uid,
    }
    cached = {
        "kind": "cniCacheV1",
        "containerId": pod.sandbox,
        "config": base64.b64encode(config.encode()).decode(),
        "ifName": interface,
        "networkName": network,
        "netns": f"/var/run/netns/{pod.netns}",
        "cniArgs": list(arguments.items()),
        "capabilityArgs": capabilities,
        "result": _sorted({"cniVersion": "0.3.1", "dns": {}, **result}),
    }
    return json.dumps(cached, separators=(",", ":"))


def _sorted(value: dict[str, object]) -> object:
    return json.loads(json.dumps(value, sort_keys=True))
