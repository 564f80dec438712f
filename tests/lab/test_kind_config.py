"""kind's configuration, against the types of kind's pkg/apis/config/v1alpha4/types.go and its own validation."""

from ipaddress import IPv4Network
from typing import Any, Literal

import msgspec
import pytest
from ruamel.yaml import YAML

from leadline.base.errors import UsageError
from leadline.base.text import Lang
from leadline.lab.kind_config import written

# The fields that v1alpha4 has; kind refuses a file with others.
CLUSTER = {
    *("kind", "apiVersion", "name", "nodes", "networking", "featureGates", "runtimeConfig"),
    *("kubeadmConfigPatches", "kubeadmConfigPatchesJSON6902"),
    *("containerdConfigPatches", "containerdConfigPatchesJSON6902"),
}
NODE = {
    *("role", "image", "labels", "extraMounts", "extraPortMappings"),
    *("kubeadmConfigPatches", "kubeadmConfigPatchesJSON6902"),
}
NETWORKING = {
    *("ipFamily", "apiServerPort", "apiServerAddress", "podSubnet", "serviceSubnet"),
    *("disableDefaultCNI", "kubeProxyMode", "dnsSearch"),
}


class PortMapping(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    container_port: int
    host_port: int
    listen_address: str = ""
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"


def read(lang: Lang = "en", **wishes: Any) -> dict[str, Any]:
    asked = {"name": "lab", "nodes": 3, "publish": (), "pod_cidr": IPv4Network("10.244.0.0/16")}
    text = written(**{**asked, "proxy": "iptables", **wishes})[lang]
    loaded = YAML(typ="safe").load(text)
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("proxy", ["iptables", "nftables"])
@pytest.mark.parametrize("nodes", [1, 3, 12])
def test_fields_are_those_of_v1alpha4(nodes: int, proxy: str, lang: Lang) -> None:
    publish = ((8080, 30080), (8443, 30443))
    config = read(lang, nodes=nodes, publish=publish, proxy=proxy)
    assert config.keys() <= CLUSTER
    assert (config["kind"], config["apiVersion"]) == ("Cluster", "kind.x-k8s.io/v1alpha4")
    assert [node["role"] for node in config["nodes"]] == ["control-plane"] + ["worker"] * (nodes - 1)
    assert all(node.keys() <= NODE for node in config["nodes"])
    mapped = msgspec.convert(config["nodes"][0]["extraPortMappings"], list[PortMapping])
    assert [(each.host_port, each.container_port) for each in mapped] == list(publish)
    assert {each.listen_address for each in mapped} == {"127.0.0.1"}
    networking = config["networking"]
    assert networking.keys() <= NETWORKING
    assert networking == {
        "disableDefaultCNI": True,
        "podSubnet": "10.244.0.0/16",
        "serviceSubnet": "10.96.0.0/16",
        "kubeProxyMode": proxy,
    }


def test_patches_open_the_metrics_of_each_component() -> None:
    patches = [YAML(typ="safe").load(each) for each in read()["nodes"][0]["kubeadmConfigPatches"]]
    cluster, proxy = patches
    assert cluster == {
        "kind": "ClusterConfiguration",
        "controllerManager": {"extraArgs": {"bind-address": "0.0.0.0"}},
        "scheduler": {"extraArgs": {"bind-address": "0.0.0.0"}},
        "etcd": {"local": {"extraArgs": {"listen-metrics-urls": "http://0.0.0.0:2381"}}},
    }
    assert proxy == {"kind": "KubeProxyConfiguration", "metricsBindAddress": "0.0.0.0:10249"}


def test_without_ports_nothing_is_mapped() -> None:
    assert "extraPortMappings" not in read()["nodes"][0]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_comments_say_what_to_do_next(lang: Lang) -> None:
    usual = IPv4Network("10.244.0.0/16")
    text = written(name="seoul", nodes=2, publish=(), pod_cidr=usual, proxy="iptables")[lang]
    for said in ("kind create cluster", "kind get nodes --name seoul", "bridge", "kubectl apply"):
        assert said in text
    assert "kube-flannel-cfg" not in text
    other = IPv4Network("10.9.0.0/16")
    text = written(name="seoul", nodes=2, publish=(), pod_cidr=other, proxy="iptables")[lang]
    assert "kube-flannel-cfg" in text
    assert f"podSubnet: {other}" in text


@pytest.mark.parametrize("name", ["123", "a.b-c"])
def test_name_stays_a_string(name: str) -> None:
    assert read(name=name)["name"] == name


@pytest.mark.parametrize("name", ["", "Lab", 'a"b', "a b", "a\n"])
def test_name_that_kind_refuses(name: str) -> None:
    with pytest.raises(UsageError):
        read(name=name)
