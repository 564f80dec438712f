"""How sandboxes are attached to networks, as libcni keeps it for every CNI plugin: /var/lib/cni/results. Not compared:
`cni_results` has the names of these files, and what is in them follows from the pods.

The format is libcni's `cniCacheV1` (libcni/api.go since 0.8). A pod's annotations and the plugins' configuration,
which are kept there too, never leave the host.
"""

import re
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.facts.parts import Part, parts, show
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source

WHAT = "tail -n +1 /var/lib/cni/results/*"
_PATHS = ("var/lib/cni/results/*", "var/lib/cni/cache/results/*")
_NAME = re.compile(r"(?:.*/)?results/([^/]+)")


class End(msgspec.Struct, frozen=True):
    """An interface that a plugin made. `sandbox`: the path of the network namespace it is in, "" on the host."""

    name: str
    mac: str = ""
    sandbox: str = ""


class HostPort(msgspec.Struct, frozen=True):
    """A port of the host that leads to the pod's port `target`. `address`: "" for every address of the host."""

    protocol: str
    address: str
    port: int
    target: int


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One interface of a sandbox in a network. What is not told, or there is none of, is "" or ().

    `container`: the sandbox's id; `netns`: the path of its network namespace; `namespace`, `pod`, `uid`: whose it
    is. `addresses`: `10.244.0.2/24`, as `ip addr` has them; `gateways`; `ends`: what the plugins made, in their order.
    """

    container: str
    network: str
    interface: str
    netns: str = ""
    namespace: str = ""
    pod: str = ""
    uid: str = ""
    addresses: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    ends: tuple[End, ...] = ()
    host_ports: tuple[HostPort, ...] = ()

    @property
    def place(self) -> str:
        """The pod as `namespace/name`, "" where it is none."""
        return f"{self.namespace}/{self.pod}" if self.pod else ""

    @property
    def mac(self) -> str:
        """Of the interface in the sandbox, "" where that is not told."""
        return next((end.mac for end in self.ends if end.sandbox and end.name == self.interface), "")

    @property
    def veth(self) -> str:
        """The host's end, "" where it is not told: the bridge plugin names its bridge first."""
        ours = [end.name for end in self.ends if not end.sandbox and end.name != self.interface]
        return ours[-1] if ours else ""


class _Address(msgspec.Struct, frozen=True):
    address: str = ""
    ip: str = ""  # of `ip4` and `ip6`, which results had before 0.3.0
    gateway: str = ""


class _Result(msgspec.Struct, frozen=True):
    interfaces: list[End] = []
    ips: list[_Address] = []
    ip4: _Address = _Address()
    ip6: _Address = _Address()


class _Mapping(msgspec.Struct, frozen=True):
    hostport: int
    containerport: int
    protocol: str = "tcp"
    hostip: str = ""


class _Capabilities(msgspec.Struct, frozen=True, rename="camel"):
    # of containerd with capital letters, of CRI-O without
    port_mappings: list[dict[str, Any]] = []


class _Cached(msgspec.Struct, frozen=True, rename="camel"):
    container_id: str
    if_name: str
    network_name: str
    netns: str = ""
    cni_args: list[tuple[str, str]] = []
    capability_args: _Capabilities = _Capabilities()
    result: _Result = _Result()


def parse(text: str) -> Parsed:
    """The file's name, `<network>-<container>-<interface>`, → Attachment; an empty text has none.

    Left out is the loopback interface, which containerd attaches like a network, with the pod's ports.
    """
    found, problems = parts(text)
    entries: dict[str, Attachment] = {}
    for part in found:
        name = _NAME.fullmatch(part.path)
        if name is None and not part.path:
            raise refused(text, WHAT)
        if name is None or (attachment := _attachment(part)) is None:
            problems.append(unread(part.line))
        elif attachment.interface != "lo":
            entries[name[1]] = attachment
    return Parsed(entries, tuple(problems))


def _attachment(part: Part) -> Attachment | None:
    try:
        cached = msgspec.json.decode(part.text, type=_Cached)
        mappings = [
            msgspec.convert({name.lower(): value for name, value in each.items()}, _Mapping)
            for each in cached.capability_args.port_mappings
        ]
    except (msgspec.DecodeError, RecursionError):
        return None
    told = (*cached.result.ips, cached.result.ip4, cached.result.ip6)
    pod = dict(cached.cni_args)
    return Attachment(
        container=cached.container_id,
        network=cached.network_name,
        interface=cached.if_name,
        netns=cached.netns or next((end.sandbox for end in cached.result.interfaces if end.sandbox), ""),
        namespace=pod.get("K8S_POD_NAMESPACE", ""),
        pod=pod.get("K8S_POD_NAME", ""),
        uid=pod.get("K8S_POD_UID", ""),
        addresses=tuple(each.address or each.ip for each in told if each.address or each.ip),
        gateways=tuple(each.gateway for each in told if each.gateway),
        ends=tuple(cached.result.interfaces),
        host_ports=tuple(
            HostPort(each.protocol.lower(), each.hostip, each.hostport, each.containerport)
            for each in mappings
        ),
    )


# Only these leave the host. Inside of a string every quote has a backslash before it, so that no value looks like a
# field; the result is the last one.
_AWK = r"""
function add(text) { if (text != "") kept = kept (kept == "" ? "" : ",") text }
function field(regex) { if (match(buf, regex)) add(substr(buf, RSTART, RLENGTH)) }
function show(  rest, args) {
  if (name == "") return
  kept = args = ""
  field("\"containerId\":\"[^\"\\\\]*\"")
  field("\"ifName\":\"[^\"\\\\]*\"")
  field("\"networkName\":\"[^\"\\\\]*\"")
  field("\"netns\":\"[^\"\\\\]*\"")
  rest = buf
  while (match(rest, /\["K8S_POD_(NAMESPACE|NAME|UID)","[^"\\]*"\]/)) {
    args = args (args == "" ? "" : ",") substr(rest, RSTART, RLENGTH); rest = substr(rest, RSTART + RLENGTH)
  }
  if (args != "") add("\"cniArgs\":[" args "]")
  if (match(buf, /"portMappings":\[[^]]*\]/)) add("\"capabilityArgs\":{" substr(buf, RSTART, RLENGTH) "}")
  rest = buf; result = ""
  while (match(rest, /"result":[{]/)) { result = substr(rest, RSTART); rest = substr(rest, RSTART + RLENGTH) }
  sub(/[}][ \t]*$/, "", result); add(result)
  printf "==> %s <==\n{%s}\n\n", name, kept
}
FNR == 1 { show(); buf = ""; name = FILENAME }
{ buf = buf $0 }
END { show() }
"""

source = Source(
    name="cni_attachments",
    title=Text("CNI attachments", "CNI 연결 정보"),
    files={"cni_attachments.txt": show(*(f"/{path}" for path in _PATHS), awk=_AWK)},
    parse=parse,
    paths=_PATHS,
    compare=False,
)
