"""What the kernel does of itself, asked of the kernel: real changes in a network namespace of the test's own,
and the causes that are given to them."""

import subprocess
from pathlib import Path

import pytest

from leadline.explain.explain import explain
from leadline.snapshot.snapshot import Snapshot
from leadline.snapshot.store import load

TAKE = """
take() {
    mkdir -p "$1"
    ip addr > "$1/ip_addr.txt"
    ip -d -j addr > "$1/ip_addr.json"
    ip route show table all > "$1/ip_route_all.txt"
    ip -d -j route show table all > "$1/ip_route.json"
    ip neigh > "$1/ip_neigh.txt"
    bridge fdb > "$1/bridge_fdb.txt"
    sysctl -a > "$1/sysctl.txt" 2>/dev/null || true
}
"""
# What is done -> the changes that only a person explains. All others are the kernel's consequences.
DONE = {
    "sysctl -qw net.ipv4.ip_forward=1": {"sysctl net.ipv4.ip_forward"},
    "sysctl -qw net.ipv6.conf.all.forwarding=1": {"sysctl net.ipv6.conf.all.forwarding"},
    "ip link add br7 type bridge": {"ip_addr br7"},
    "ip link add left type veth peer name right": {"ip_addr left", "ip_addr right"},
    "ip addr add 192.0.2.9/24 dev lan": {"ip_addr lan"},
    "ip route add 198.51.100.0/24 via 192.0.2.1": {"ip_route main 198.51.100.0/24 dev lan"},
    "ip link del spare": {"ip_addr spare"},
    "true": set(),
}


def recorded(done: str, folder: Path) -> tuple[Snapshot, Snapshot]:
    script = f"""set -e
    {TAKE}
    ip link set lo up
    ip link add lan type veth peer name wire
    ip addr add 192.0.2.2/24 dev lan
    ip link set lan up; ip link set wire up
    ip link add spare type bridge
    # duplicate address detection has to end, or it would end between the two recordings
    i=0; while ip addr | grep -q tentative; do i=$((i+1)); [ $i -lt 100 ] || exit 3; sleep 0.1; done
    take {folder}/before
    {done}
    i=0; while ip addr | grep -q tentative; do i=$((i+1)); [ $i -lt 100 ] || exit 3; sleep 0.1; done
    take {folder}/after
    """
    for unshare in (["unshare", "-n"], ["unshare", "-rn"]):
        try:
            ran = subprocess.run([*unshare, "sh", "-c", script], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("unshare (util-linux) is not installed")
        if ran.returncode == 0:
            break
    else:
        pytest.skip(f"no network namespace may be made here: {ran.stderr.strip()[:200]}")
    before, after = (next(iter(load(folder / side).values())) for side in ("before", "after"))
    return before, after


@pytest.mark.parametrize("done", DONE)
def test_consequences_are_the_kernels(done: str, tmp_path: Path) -> None:
    explanation = explain(*recorded(done, tmp_path))
    unexplained = {
        f"{each.change.fact} {each.change.key}" for each in explanation.changes if each.cause is None
    }
    assert unexplained == DONE[done]
    components = {each.cause.component for each in explanation.changes if each.cause is not None}
    assert components <= {"kernel"}
