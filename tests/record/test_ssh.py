"""`leadline record` over a real sshd on loopback, as a person calls it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Sshd, free_port

from leadline.snapshot.store import load

CALL = [sys.executable, "-m", "leadline", "record"]


def record(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [*CALL, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, "LANG": "C", **(env or {})}
    )


def test_a_host_over_ssh_is_what_it_is_locally(sshd: Sshd, tmp_path: Path) -> None:
    done = record("probe", "--to", tmp_path / "ssh")
    assert (done.returncode, done.stderr) == (0, "")
    local = record("--to", tmp_path / "local")
    assert local.returncode == 0
    (over,), (here,) = load(tmp_path / "ssh").values(), load(tmp_path / "local").values()
    assert over.host == here.host == os.uname().nodename
    assert over.names() == here.names()
    assert len(over.names()) > 10


def test_several_targets_at_once_and_a_dead_one(sshd: Sshd, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(5)]
    lines = [f"{name} ansible_host=127.0.0.1 ansible_port={sshd.port}" for name in names]
    dead = f"dead ansible_host=127.0.0.1 ansible_port={free_port()}"
    inventory = tmp_path / "inventory.ini"
    inventory.write_text("\n".join(["[all]", *lines, dead, "[kube_node]", *names]) + "\n")
    done = record("--inventory", inventory, "--to", tmp_path / "to")
    assert done.returncode == 2
    assert (
        done.stderr
        == "leadline: dead: the connection was refused; check that sshd runs there and that the port is right\n"
    )
    assert sorted(load(tmp_path / "to")) == names
    assert len(done.stdout.splitlines()) == 5


def test_an_unknown_host_key_is_refused(sshd: Sshd, tmp_path: Path) -> None:
    sshd.known_hosts.unlink()
    for config in (
        "",
        "  UserKnownHostsFile none\n",
        "  StrictHostKeyChecking no\n",
        "  UserKnownHostsFile /nowhere\n",
    ):
        (sshd.home / ".ssh" / "config").write_text(
            f"Host probe\n  HostName 127.0.0.1\n  Port {sshd.port}\n{config}"
        )
        done = record("probe", "--to", tmp_path / "to", "--lang", "en")
        assert done.returncode == 2
        assert "its host key is not known" in done.stderr
        assert "ssh-keyscan" in done.stderr
        assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_changed_host_key_is_refused(sshd: Sshd, tmp_path: Path, kind: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", tmp_path / "other"], check=True)
    key = (tmp_path / "other.pub").read_text().split()[:2]
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {' '.join(key)}\n")
    done = record("probe", "--to", tmp_path / "to", "--lang", "ko")
    assert done.returncode == 2
    assert "호스트 키가 신뢰하던 키와 다릅니다" in done.stderr
    assert not (tmp_path / "to").exists()


def test_a_refused_login_and_an_unknown_name(sshd: Sshd, tmp_path: Path) -> None:
    (sshd.home / ".ssh" / "id_ed25519").unlink()
    done = record("probe", "no-such-host.invalid", "--to", tmp_path / "to", "--lang", "en")
    assert done.returncode == 2
    refused, unknown = done.stderr.splitlines()
    assert "probe: the login" in refused
    assert "the name no-such-host.invalid is not known" in unknown


def test_what_is_there_stays(tmp_path: Path) -> None:
    assert record("--to", tmp_path / "to").returncode == 0
    (folder,) = (tmp_path / "to").iterdir()
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    done = record("--to", tmp_path / "to", "--lang", "en")
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_this_machine_loads_without_problems(tmp_path: Path) -> None:
    assert record("--to", tmp_path / "to").returncode == 0
    (snapshot,) = load(tmp_path / "to").values()
    for name in snapshot.names():
        for variant in snapshot.variants(name):
            snapshot.fact(name, variant)
    assert snapshot.problems == ()
    assert snapshot.entries("sysctl")
    assert snapshot.entries("ip_addr")


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root to become another user"
)
def test_a_user_without_rights(tmp_path: Path) -> None:
    to = tmp_path / "to"
    to.mkdir()
    made = tmp_path / "made.sh"
    code = (
        "from leadline.snapshot.script import script; from leadline.facts.catalogue import sources;"
        "print(script({f: c for s in sources().values() for f, c in s.files.items()}, timeout=20).text)"
    )
    made.write_bytes(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    with made.open("rb") as script:
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-s"],
            stdin=script,
            capture_output=True,
            check=True,
        )
    words = [line.split() for line in done.stdout.decode("utf-8", "replace").splitlines()]
    statuses = [line[3] for line in words if len(line) == 5 and line[0] == words[0][0]]
    assert statuses.count("ok") > 10
    assert "denied" in statuses
