"""Inventories as people have them, and what is said of broken ones."""

from pathlib import Path

import pytest

from leadline.base.errors import UsageError
from leadline.cluster.inventory import inventory, target
from leadline.cluster.spec import ClusterSpec, HostSpec, Role

C, W, E = Role.CONTROL_PLANE, Role.WORKER, Role.ETCD
HOSTS = (
    HostSpec("node1", "192.168.10.11", "ops", None, (C, E)),
    HostSpec("node2", "192.168.10.12", "root", 2222, (W,)),
)
SAME = {
    "cluster.yaml": "name: lab\nhosts:\n- {name: node1, address: 192.168.10.11, user: ops, roles: [control-plane, etcd]}\n"
    "- {name: node2, address: 192.168.10.12, user: root, port: 2222, roles: [worker]}\n",
    "inventory.ini": "# a comment\n[all]\nnode1 ansible_host=192.168.10.11 ip=10.3.0.1\n"
    "node2 ansible_host=192.168.10.12 ansible_user='root' ansible_port=2222 # the worker\n\n[all:vars]\nansible_user=ops\n"
    "[kube_control_plane]\nnode1\n[etcd:children]\nkube_control_plane\n[kube_node]\nnode[2:2]\n[k8s_cluster:children]\nkube_node\n",
    "hosts.yaml": "all:\n  vars: {ansible_user: ops}\n  hosts:\n    node1: {ansible_host: 192.168.10.11, ip: 10.3.0.1}\n"
    "    node2: {ip: 192.168.10.12, ansible_user: root, ansible_port: 2222}\n  children:\n"
    "    kube_control_plane: {hosts: {node1: }}\n    kube_node: {hosts: {node2: }}\n    etcd: {hosts: {node1: {}}}\n",
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_hosts_in_each_form(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    (folder / name).write_text(SAME[name])
    assert inventory(folder / name) == ClusterSpec("lab", HOSTS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: lab\nhosts:\n- {name: a, port: many}\n", "$.hosts[0].port"),
        ("name: lab\nhosts:\n- {name: a, rolls: []}\n", "rolls"),
        ("name: lab\nhosts:\n- {name: a}\n- {name: a}\n", "'a' is used twice"),
        ("name: lab\nhosts:\n- {name: ../a}\n", "not a file name"),
        ("name: lab\nhosts: [\n", ":3: not readable as YAML"),
        ("[all]\nnode1 ansible_host='x\n", ":2: a quotation mark"),
        ("[all]\nnode1 ansible_port=ssh\n", "ansible_port of node1"),
        ("", "cluster.yaml may hold"),
    ],
)
def test_a_broken_file_is_named_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "inventory"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        inventory(file)
    assert str(file) in caught.value.text.en
    assert said in caught.value.text.en
    assert str(file) in caught.value.text.ko


@pytest.mark.parametrize(
    ("word", "host"),
    [
        ("web1", HostSpec("web1", "web1")),
        ("ops@10.0.0.1", HostSpec("ops@10.0.0.1", "10.0.0.1", "ops")),
        ("ops@10.0.0.1:2222", HostSpec("ops@10.0.0.1:2222", "10.0.0.1", "ops", 2222)),
        ("root@[fd00::1]:22", HostSpec("root@[fd00::1]:22", "fd00::1", "root", 22)),
    ],
)
def test_targets(word: str, host: HostSpec) -> None:
    assert target(word) == host


@pytest.mark.parametrize("word", ["", "-oProxyCommand=x", "a b", "@x", "x:port", "a/b"])
def test_words_that_are_no_targets(word: str) -> None:
    with pytest.raises(UsageError):
        target(word)
