"""The other network namespaces of a host, as each looks from inside: what a trace needs of pods. Not compared:
what runs in a pod is its own.

Entered with nsenter, or `ip netns exec`; a namespace that goes away meanwhile is left out.
"""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.ip_text import HEAD
from leadline.facts.parts import Part, parts
from leadline.facts.reading import cut, refused, unread
from leadline.facts.source import Parsed, Problem, Source

WHAT = "ip netns exec"
FACTS = (
    *("ip_addr", "ip_route", "ip_rule", "ip_neigh", "bridge_link", "bridge_fdb"),
    *("ss", "sysctl", "iptables", "nft"),
)
"""The sources that read what is recorded of a namespace."""

_PATH = re.compile(r"netns/(.+)/([a-z0-9_]+)")
_RULE = re.compile(r"\d+:\s+(?:not )?from ")
_SETTING = str.maketrans("/.", "./")


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """A network namespace. None: the text does not tell; "": there is none.

    `name`: of the file that holds it, `net:[<inode>]` where only processes do. `path`: that file; `inode`: the
    number `lsns` shows; `nsid`: the number by which the host's own network namespace knows it (`link-netnsid`).
    `pid`: the lowest in it, `command` that process's program and `cgroup` its control group, which has the pod's
    uid and the container's id.
    """

    name: str
    inode: int | None = None
    path: str = ""
    nsid: int | None = None
    pid: int | None = None
    command: str = ""
    cgroup: str = ""


class Inside(msgspec.Struct, frozen=True):
    """What one command says in the namespace `network` (its name). `fact`: the source that reads the text; an empty
    text is its command's that had nothing to say."""

    network: str
    fact: str
    text: str


def parse(text: str) -> Parsed:
    """`<name>` → Network, `<name> <fact>` → Inside; a fact that is not there was not recorded.

    An empty text is a host without other network namespaces.
    """
    found, problems = parts(text)
    entries: dict[str, Network | Inside] = {}
    for part in found:
        if (path := _PATH.fullmatch(part.path)) is None:
            if not part.path:
                raise refused(text, WHAT)
            problems.append(unread(part.line))
            continue
        name, said = path.groups()
        if part is found[-1] and not text.endswith("\n\n"):
            problems.append(cut(text.count("\n") + 1))
            continue
        known = _said(part, said)
        if known is None:
            problems.append(unread(part.line))
            continue
        entries.setdefault(name, Network(name=name))
        if said == "namespace":
            entries[name] = _network(name, part, problems)
        for fact, told in known.items():
            entries[f"{name} {fact}"] = Inside(name, fact, told)
    if problems and not entries:
        raise refused(text, WHAT)
    return Parsed(entries, tuple(problems))


def _said(part: Part, said: str) -> dict[str, str] | None:
    """The texts of a part by their sources; None where it is no part that is known."""
    if said == "ip":
        return _apart(part.text)
    if said == "settings":
        return {"sysctl": _lines([_setting(line) for line in part.text.split("\n")])}
    if said == "namespace":
        return {}
    return {said: _lines(part.text.split("\n"))} if said in FACTS else None


def _setting(line: str) -> str:
    """`ipv4/conf/eth0.5/rp_filter:0` → `net.ipv4.conf.eth0/5.rp_filter = 0`, as sysctl has it."""
    path, colon, value = line.rpartition(":")
    return f"net.{path.translate(_SETTING)} = {value}" if colon else ""


def _apart(text: str) -> dict[str, str] | None:
    """What `ip` says when it is asked for rules, routes, addresses and neighbours at once, one after the other."""
    told: dict[str, list[str]] = {"ip_rule": [], "ip_route": [], "ip_addr": [], "ip_neigh": []}
    now = "ip_rule"
    for line in text.split("\n"):
        if HEAD.match(line):
            now = "ip_addr"
        elif now == "ip_rule" and not _RULE.match(line):
            now = "ip_route"
        elif now == "ip_addr" and line[:1].strip():
            now = "ip_neigh"
        told[now].append(line)
    # each namespace has its loopback interface, and rules
    if not told["ip_rule"] or not told["ip_addr"]:
        return None
    return {fact: _lines(lines) for fact, lines in told.items()}


def _lines(lines: list[str]) -> str:
    """The lines as the command wrote them, without the blank one behind a part."""
    return "".join(f"{line}\n" for line in lines if line)


def _network(name: str, part: Part, problems: list[Problem]) -> Network:
    told = {word: value for _, line in part.lines("") for word, _, value in [line.partition(" ")]}
    try:
        return msgspec.convert({**told, "name": name}, Network, strict=False)
    except msgspec.ValidationError:
        problems.append(unread(part.line))
        return Network(name=name)


_INSIDE = r"""
exec 2>/dev/null
n=$1
p() { printf "==> netns/%s/%s <==\n%s\n\n" "$n" "$1" "$2"; }
s="inode $2"
[ "$3" = - ] || s="$s
nsid $3"
[ "$5" = - ] || s="$s
path $5"
if [ "$4" != - ]; then
s="$s
pid $4"
read -r c </proc/$4/comm && s="$s
command $c"
g=
while IFS=: read -r i k c; do
case $k$c in /?* | name=systemd*) g=$c;; esac
done </proc/$4/cgroup
[ -z "$g" ] || s="$s
cgroup $g"
fi
p namespace "$s"
if o=$(ip -d -batch - <<E
rule
route show table all
addr
neigh
E
); then
p ip "$o"
else
for c in rule "route show table all" addr neigh; do
o=$(ip -d $c || ip $c) && p ip_${c%% *} "$o"
done
fi
case $o in
*"    bridge "*)
o=$(bridge -d link) && p bridge_link "$o"
o=$(bridge fdb) && p bridge_fdb "$o";;
esac
o=$($6 -nltu) && p ss "$o"
if cd /proc/sys/net; then
set -- bridge/bridge-nf-call-iptables
for f in ip_forward ip_default_ttl ip_local_port_range icmp_echo_ignore_all fib_multipath_hash_policy; do
set -- ipv4/$f "$@"
done
for f in forwarding rp_filter route_localnet accept_local src_valid_mark proxy_arp arp_ignore arp_announce arp_filter; do
set -- "$@" ipv4/conf/*/$f
done
o=$(grep "" "$@")
[ -z "$o" ] || p settings "$o"
fi
l=
read -r l </proc/net/ip_tables_names
if t=$(nft list tables); then
[ -z "$t" ] || t=$(nft list ruleset)
p nft "$t"
else
t=unknown
fi
if [ -n "$l" ]; then
o=$(iptables-legacy-save || iptables-save) && p iptables "$o"
elif [ -n "$t" ]; then
o=$(iptables-save) && p iptables "$o"
else
p iptables ""
fi
"""

_LIST = r"""
/-> net:\[[0-9]+\]$/ {
  inode = $NF; gsub(/[^0-9]/, "", inode); split($(NF - 2), path, "/"); pid = path[3] + 0
  if (!(inode in first)) held[++processes] = inode
  if (!(inode in first) || pid < first[inode]) first[inode] = pid
  next
}
/^ *[0-9]+ \// { inode = $1; sub(/^ *[0-9]+ /, ""); named[++names] = $0; of[names] = inode; next }
match($0, / \(id: [0-9]+\)$/) { id[substr($0, 1, RSTART - 1)] = substr($0, RSTART + 6, RLENGTH - 7) }
function show(inode, path,  name, nsid) {
  if (inode in shown) return
  shown[inode] = 1
  name = path; sub(/.*\//, "", name)
  nsid = (path ~ /run\/netns\// && name in id) ? id[name] : "-"
  print inode, nsid, ((inode in first) ? first[inode] : "-"), path
}
END {
  for (i = 1; i <= names; i++) if (named[i] == "/proc/self/ns/net") shown[of[i]] = 1
  for (i = 1; i <= names; i++) show(of[i], named[i])
  for (i = 1; i <= processes; i++) show(held[i], "-")
}
"""

# Two halves of eight run side by side; what the second prints waits in the pipe until the first is done.
_COMMAND = f"""[ "$(id -u)" = 0 ] || {{ echo 'Permission denied' >&2; exit 1; }}
inside='{_INSIDE}'
look() {{
for l do
inode=${{l%% *}} l=${{l#* }}
nsid=${{l%% *}} l=${{l#* }}
pid=${{l%% *}} at=${{l#* }} name=${{l##*/}}
[ "$at" != - ] || name="net:[$inode]"
set -- "$name" "$inode" "$nsid" "$pid" "$at" $ss
[ "$at" != - ] || at=/proc/$pid/ns/net
if [ -n "$nsenter" ]; then
nsenter -n"$at" sh -c "$inside" sh "$@"
else
case $at in
/run/netns/* | /var/run/netns/*) ip netns exec "$name" sh -c "$inside" sh "$@";;
esac
fi
done
}}
nsenter=$(command -v nsenter) ss=netstat
command -v ss >/dev/null && ss=ss
[ -n "$nsenter" ] || ip netns >/dev/null 2>&1 || {{ echo 'nsenter: not found' >&2; exit 127; }}
all=$({{
ls -ld /proc/[0-9]*/ns/net
ls -Lid /proc/self/ns/net /run/netns/* /var/run/netns/* /run/docker/netns/* /var/run/docker/netns/*
ip netns
}} 2>/dev/null | awk '{_LIST}')
IFS='
'
set -f
set -- $all
unset IFS
while [ $# -ge 8 ]; do
look "$5" "$6" "$7" "$8" | {{ look "$1" "$2" "$3" "$4"; cat; }}
shift 8
done
look "$@"
:"""

source = Source(
    name="pod_networks",
    title=Text("networks of pods and containers", "파드와 컨테이너의 네트워크"),
    files={"pod_networks.txt": _COMMAND},
    parse=parse,
    compare=False,
)
