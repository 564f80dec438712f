"""Secrets planted in argv, environment and files of a real machine are nowhere in what is recorded of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOKEN = "abcdef.planted123456789"
FILES = {
    "etc/kubernetes/admin.conf": "users:\n- name: a\n  user:\n    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpwbGFudGVk\n    token: planted-1\n",
    "etc/kubernetes/manifests/kube-apiserver.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver, namespace: kube-system}\nspec:\n  containers:\n"
    "  - command:\n    - kube-apiserver\n    - --oidc-client-secret=planted-2\n    - --etcd-password\n    - planted-3\n"
    "    env:\n    - name: DB_PASSWORD\n      value: planted-4\n",
    "etc/containerd/config.toml": 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry.configs."r.example".auth]\n'
    '  username = "u"\n  password = "planted-5"\n  auth = "cGxhbnRlZA=="\n',
    "etc/fstab": "//srv/x /mnt/x cifs username=u,password=planted-6 0 0\n",
    "etc/sysctl.d/99-x.conf": "net.ipv6.conf.default.stable_secret = planted:7\n",
    "etc/cni/net.d/10-x.conflist": '{"cniVersion":"1.0.0","name":"x","plugins":[{"type":"x","token":"planted-8","kubeconfig":"/etc/x"}]}\n',
    "etc/modules-load.d/x.conf": "# password: planted-9\noverlay\n",
    "var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\nstaticPodURLHeader:\n  Authorization: ['Bearer planted0planted0planted0planted0']\napiKey: |\n  planted-a\n",
    "var/lib/kubelet/kubeadm-flags.env": 'KUBELET_KUBEADM_ARGS="--bootstrap-token=planted-b --v=2"\nREGISTRY_PASSWORD="planted c"\n',
    "etc/systemd/system/planted.service": "[Unit]\nDescription=curl https://u:planted-d@host.example/\n[Service]\nEnvironment=X_TOKEN=planted-e\nExecStart=/bin/true\n",
    "etc/kubernetes/pki/ca.crt": "-----BEGIN EC PRIVATE KEY-----\nplanted-f\n-----END EC PRIVATE KEY-----\n",
}
ROOTS = ("etc", "var/lib/kubelet")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a mount namespace of its own")
def test_no_secret_is_recorded(tmp_path: Path) -> None:
    upper = {}
    for root in ROOTS:
        for kind in ("upper", "work"):
            (tmp_path / "space" / root / kind).mkdir(parents=True)
        upper[root] = tmp_path / "space" / root / "upper"
    for name, content in FILES.items():
        root = next(root for root in ROOTS if name.startswith(f"{root}/"))
        file = upper[root] / name.removeprefix(f"{root}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    lines = [f"mount -t tmpfs none {tmp_path}/space.tmp"]
    (tmp_path / "space.tmp").mkdir()
    lines.append(f"cp -a {tmp_path}/space/. {tmp_path}/space.tmp/")
    for root in ROOTS:
        if Path("/", root).is_dir():
            here = f"{tmp_path}/space.tmp/{root}"
            lines.append(
                f"mount -t overlay none -o lowerdir=/{root},upperdir={here}/upper,workdir={here}/work /{root}"
            )
    lines.append(f"exec {sys.executable} -m leadline record --to {tmp_path}/to")
    planted = subprocess.Popen(
        [
            "sh",
            "-c",
            "sleep 60; :",
            "agent",
            "--token",
            TOKEN,
            "--password=planted-g",
            "https://u:planted-h@host.example",
            "KEY=planted-i",
        ],
        env={**os.environ, "AGENT_SECRET": "planted-j"},
    )
    try:
        done = subprocess.run(
            ["unshare", "-m", "sh", "-ec", "\n".join(lines)], capture_output=True, text=True, check=False
        )
    finally:
        planted.kill()
        planted.wait()
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "to").iterdir()
    recorded = {file.name: file.read_text("utf-8", "replace") for file in folder.iterdir()}
    found = {
        name: [line for line in text.splitlines() if "planted" in line and "planted.service" not in line]
        for name, text in recorded.items()
    }
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert not [name for name, text in recorded.items() if "cGxhbnRlZA==" in text or "cGxhbnRlZ" in text]
    everything = "".join(recorded.values())
    for seen in (
        "agent --token abcdef.<redacted>",
        "--oidc-client-secret=<redacted>",
        "username=u,password=<redacted>",
    ):
        assert seen in everything or seen.replace("abcdef.", "") in everything, seen
