"""Captures beside tshark: the same answer of every packet, packets a second."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import beside

VXLAN = Path(__file__).parent.parent / "tests/data/network/captures/vxlan.pcap"
TIMES = 800
FIELDS = (
    "frame.time_epoch", "frame.len", "eth.src", "eth.dst", "vxlan.vni", "ip.src", "ip.dst", "ip.id", "ip.len", "ip.ttl",
    "ip.frag_offset", "ip.flags.mf", "ip.flags.df", "ip.proto", "tcp.srcport", "tcp.dstport", "tcp.seq_raw",
    "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.len", "udp.srcport", "udp.dstport", "icmp.type",
    "icmp.code", "icmp.ident", "icmp.seq",
)  # fmt: skip

DECODE = """
import sys
from leadline.network.probe.captures import read_capture
for time, interface, length, packet in read_capture(sys.argv[1]):
    inner = packet.inner
    answer = inner.source, inner.source_port, inner.destination, inner.destination_port
"""
ANALYSE = """
import sys
from leadline.network.probe.captures import read_capture
from leadline.network.probe.flows import analyse
analyse(read_capture(sys.argv[1]))
"""
DPKT = """
import sys, dpkt
for time, frame in dpkt.pcap.Reader(open(sys.argv[1], "rb")):
    outer = dpkt.ethernet.Ethernet(frame)
    inner = dpkt.ethernet.Ethernet(outer.data.data.data[8:]).data
    carried = inner.data
    answer = inner.src, getattr(carried, "sport", None), inner.dst, getattr(carried, "dport", None)
"""


def rows() -> list[str]:
    """The section of docs/benchmarks.md. All are whole processes."""
    lines = [
        "## Captures: VXLAN packets a second",
        "",
        f"The recorded tunnel, {TIMES:,} times over in one file: time, MACs, VNI, addresses, ports, fragment, TCP and ICMP "
        "fields of the outer and the inner packet. tshark prints them as fields.",
        "",
        "| what | packets/s | ratio |",
        "| --- | --- | --- |",
    ]
    tshark = shutil.which("tshark")
    if tshark is None:
        return [*lines, "| tshark | not installed (Debian: tshark) | |"]
    raw = VXLAN.read_bytes()
    packets = 46 * TIMES
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vxlan.pcap"
        file.write_bytes(raw[:24] + raw[24:] * TIMES)
        fields = [part for field in FIELDS for part in ("-e", field)]
        theirs = [tshark, "-n", "-r", str(file), "-d", "udp.port==8472,vxlan", "-T", "fields", *fields]
        for title, script, goal in (
            ("decoded", DECODE, "; goal: at least 5×"),
            ("analysed: flows, both directions, losses, NAT, tunnels", ANALYSE, ""),
        ):
            ours = [sys.executable, "-c", script, str(file)]
            mine, other, ratio = beside(lambda ours=ours: _quiet(ours), lambda: _quiet(theirs), 3)
            rate = f"{ratio} tshark -T fields ({packets / other.median:,.0f}{goal})"
            lines.append(f"| {title} | {packets / mine.median:,.0f} | {rate} |")
        try:
            import dpkt  # noqa: F401 - only whether it is there
        except ImportError:
            return [*lines, "| dpkt, inner addresses and ports only | not installed | |"]
        ours = [sys.executable, "-c", DECODE, str(file)]
        _, other, ratio = beside(
            lambda: _quiet(ours), lambda: _quiet([sys.executable, "-c", DPKT, str(file)]), 3
        )
        lines.append(
            f"| dpkt, inner addresses and ports only | {packets / other.median:,.0f} | decoding here: {ratio} |"
        )
    return lines


def _quiet(arguments: list[str]) -> None:
    """A whole process whose output goes nowhere: keeping it would cost both, tshark more."""
    subprocess.run(
        arguments, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


if __name__ == "__main__":
    print("\n".join(rows()))
