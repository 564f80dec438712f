"""The scripts that a probe runs on hosts: to capture, to know that a capture runs, to end it, to send.

A capture's script stays until a file `stop` is put into its folder, which is the only thing it writes and which goes
with it. It ends as well when its time is over or nobody reads from it any more.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from shlex import quote
from typing import Literal

import msgspec

from leadline.network.packet import PROTOCOLS, number

Tool = Literal["python3", "tcpdump"]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What a host keeps of what it sees, as on_host/capture.py has it: every address that the flow's packets may bear,
    ports of the destination as asked for and rewritten, source ports, what its payload carries, the first sequence
    numbers of its connections and how far beyond they get, ports of VXLAN."""

    protocol: str
    addresses: tuple[str, ...]
    ports: tuple[int, ...]
    sources: tuple[int, ...]
    token: bytes
    begins: tuple[int, ...] = ()
    window: int = 0
    tunnels: tuple[int, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line that a script prints: a frame, what went wrong, or that all is said. `namespace`: its place in the
    list that was asked for."""

    namespace: int = -1
    interface: str = ""
    kind: int = 0
    time: int = 0
    link: str = ""
    frame: str = ""
    pcap: str = ""
    index: int = 0
    errno: int | None = None
    error: str = ""
    lost: int = 0
    over: int = 0
    none: bool = False
    cannot: bool = False
    done: bool = False


def folder(token: str) -> str:
    """Where a capture's script and the others meet; `token` is nobody's to guess."""
    return f"/tmp/leadline-probe.{token}"  # noqa: S108


def capture(
    kept: Filter, paths: Sequence[str], token: str, *, seconds: float, limit: int, tools: Sequence[Tool]
) -> str:
    """Captures in the network namespaces of these paths ("": the host's own), with the first of these tools that the
    host has. `seconds`: at most; `limit`: of frames."""
    asked = {
        "protocol": PROTOCOLS[kept.protocol],
        "addresses": kept.addresses,
        "ports": kept.ports,
        "sources": kept.sources,
        "begins": kept.begins,
        "window": kept.window,
        "token": kept.token.hex(),
        "tunnels": kept.tunnels,
        "folder": folder(token),
        "namespaces": tuple(paths),
        "seconds": seconds,
        "limit": limit,
    }
    ways = {
        "python3": f"if find_python; then\n{_python('capture', asked)}\nexit 0\nfi",
        "tcpdump": _TCPDUMP.format(
            paths=" ".join(map(quote, paths)),
            nsenter="use nsenter" if any(paths) else ":",
            # one that may not capture is no better than none
            otherwise="find_python" if "python3" in tools[1:] else "false",
            limit=limit,
            seconds=int(seconds) + 1,
            expression=expression(kept),
        ),
    }
    return "\n".join((_BEGIN, _FOLDER.format(folder=folder(token)), *(ways[each] for each in tools), _NONE))


def send(asked: Mapping[str, object]) -> str:
    """Sends as on_host/send.py is asked to."""
    return "\n".join((_BEGIN, f"if find_python; then\n{_python('send', asked)}\nexit 0\nfi", _NONE))


def ready(token: str, *, seconds: float) -> str:
    """Ends when the capture runs, with exit code 3 where it does not in this time."""
    return _READY.format(folder=folder(token), times=int(seconds * 20))


def stop(token: str) -> str:
    """Tells the capture to end."""
    return f"[ -d {folder(token)} ] && : >{folder(token)}/stop; :"


def expression(kept: Filter) -> str:
    """The filter in tcpdump's language: it lets through somewhat more than the flow. Tunnelled packets are found by
    their place behind the UDP header, IP options never having been seen in a tunnel."""
    protocol = PROTOCOLS[kept.protocol]
    ports = sorted({*kept.ports, *kept.sources})
    hosts = " or ".join(f"host {each}" for each in kept.addresses)
    inner_hosts = " or ".join(f"udp[{at}:4] = {number(each)}" for each in kept.addresses for at in (42, 46))
    own = f"ip proto {protocol} and ({hosts})"
    inner = f"udp[39] = {protocol} and ({inner_hosts})"
    if kept.protocol != "icmp":
        own += " and (" + " or ".join(f"port {each}" for each in ports) + ")"
        inner += " and (" + " or ".join(f"udp[{at}:2] = {each}" for each in ports for at in (50, 52))
        inner += " or udp[36:2] & 0x1fff != 0)"
    tunnel = " or ".join(f"udp dst port {each}" for each in kept.tunnels)
    parts = [f"({own})", "(icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 5 or icmp[0] = 11 or icmp[0] = 12)"]
    parts.append(f"(ip[6:2] & 0x1fff != 0 and ({hosts}))")
    if tunnel:
        parts.append(f"(({tunnel}) and (({inner}) or udp[39] = 1))")
    return " or ".join(parts)


def _python(module: str, asked: Mapping[str, object]) -> str:
    """A heredoc that runs one function, named as its module, of what runs on hosts."""
    return f"\"$python\" - <<'LEADLINE'\n{_source(module)}\n{module}(json.loads({json.dumps(asked)!r}))\nLEADLINE"


@cache
def _source(module: str) -> str:
    return files("leadline.network.probe.on_host").joinpath(f"{module}.py").read_text("utf-8")


_BEGIN = """\
use() { command -v "$1" >/dev/null 2>&1; }
find_python() {
    for python in python3 /usr/libexec/platform-python; do
        # what is called python3 may be a wrapper without anything behind it
        use "$python" && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null && return
    done
    return 1
}"""

_NONE = """echo '{"none": true}'"""

_FOLDER = """\
d={folder}
mkdir -m 700 "$d" || exit 4
trap 'rm -rf "$d"' EXIT
trap 'exit 143' HUP INT TERM"""

_READY = """\
n=0
while [ ! -e {folder}/ready ]; do
    n=$((n + 1))
    [ $n -lt {times} ] || exit 3
    printf . || exit 4
    sleep 0.05 2>/dev/null || sleep 1
done"""

# libpcap tells interfaces apart since 1.10. The names end with .pcap, since AppArmor lets tcpdump write no others on Ubuntu. It is not told to count, for it
# would end, and what came after would look as if it had not been there. Its ring has places for packets of `-s`, so
# with less than its usual 256 KiB for each there are enough of them.
_TCPDUMP = """\
if use tcpdump && {nsenter} && tcpdump --version 2>&1 | grep -Eq 'libpcap version ([2-9]|1[.][1-9][0-9])'; then
    trap '' PIPE
    within() {{
        if [ -n "$1" ]; then path=$1; shift; nsenter --net="$path" -- "$@"; else shift; "$@"; fi
    }}
    timed() {{ if use timeout; then exec timeout {seconds} "$@"; else exec "$@"; fi; }}
    pids= n=0
    for path in {paths}; do
        (
            set --
            [ -z "$path" ] || set -- nsenter --net="$path" --
            timed "$@" tcpdump -i any -y LINUX_SLL2 -n -p -U -s 9300 -B 16384 --immediate-mode --time-stamp-precision=nano \\
                -w - '{expression}' >"$d/$n.pcap" 2>"$d/$n.said.pcap" </dev/null
        ) &
        pids="$pids $!" n=$((n + 1))
    done
    trap 'kill $pids 2>/dev/null; rm -rf "$d"' EXIT
    n=0
    for pid in $pids; do
        until grep -q 'listening on' "$d/$n.said.pcap" || ! kill -0 $pid 2>/dev/null; do
            sleep 0.05 2>/dev/null || sleep 1
        done
        n=$((n + 1))
    done
    if cat "$d"/*.said.pcap | grep -q 'listening on' || ! {otherwise}; then
        : >"$d/ready"
        end=$(($(date +%s) + {seconds}))
        while [ ! -e "$d/stop" ] && [ "$(date +%s)" -lt $end ]; do
            echo || exit 1
            [ "$(cat "$d"/*[0-9].pcap | wc -c)" -lt $(({limit} * 2000)) ] || {{ echo '{{"over": 1}}'; break; }}
            sleep 0.1 2>/dev/null || sleep 1
        done
        kill $pids 2>/dev/null
        wait
        n=0
        for path in {paths}; do
            within "$path" ip -o link | sed -n 's/^\\([0-9]*\\): \\([^:@ ]*\\).*/{{"namespace": '$n', "index": \\1, "interface": "\\2"}}/p'
            sed -n 's/^\\([1-9][0-9]*\\) packets* dropped by kernel.*/{{"namespace": '$n', "lost": \\1}}/p' "$d/$n.said.pcap"
            if grep -q 'listening on' "$d/$n.said.pcap"; then
                printf '{{"namespace": %s, "pcap": "' $n
                od -An -v -tx1 "$d/$n.pcap" | tr -d ' \\n'
                echo '"}}'
            else
                printf '{{"namespace": %s, "errno": 0, "error": "' $n
                tail -n 1 "$d/$n.said.pcap" | tr -d '"\\\\\\n\\t'
                echo '"}}'
            fi
            n=$((n + 1))
        done
        echo '{{"done": true}}'
        exit 0
    fi
fi"""
