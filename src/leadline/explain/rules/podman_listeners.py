"""Podman's sockets: published ports of containers and the DNS server of its networks."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.listening import any_port, held_by, line
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_PORTS = ("conmon", "rootlessport", "rootlessport-ch", "slirp4netns", "pasta", "pasta.avx2", "passt")
_WHAT = Text("published port of a container", "컨테이너의 게시된 포트")
_DNS = Text("DNS server of its container networks", "컨테이너 네트워크의 DNS 서버")


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    # CRI-O has a conmon of its own: where both engines run, the name tells nothing.
    if held_by(change.entry, ("conmon",)) and seen(witness, "cri-o"):
        return None
    if held_by(change.entry, ("aardvark-dns",)) and change.entry.port == 53:
        bridge = next(
            (
                witness.saw("ip_addr", f"{name} {' '.join(interface.addresses)}")
                for name, interface in witness.entries("ip_addr").items()
                if any(each.partition("/")[0] == change.entry.address for each in interface.addresses)
            ),
            None,
        )
        own = line(change, pair)
        values = {"port": 53, "what": _DNS}
        return Match((own, bridge), values=values) if bridge else Match((own,), "likely", values)
    found = any_port(change, pair, "podman", _PORTS)
    return found and Match(found.evidence, found.certainty, {**found.values, "what": _WHAT})


rule = Rule(
    name="podman-listeners",
    facts=("ss",),
    component="podman",
    class_="config",
    why=Text("Podman: {what}, port {port}.", "Podman: {what}, 포트 {port}."),
    consequence=Text(
        "For published ports the NAT rules of netavark or the CNI plugins carry the traffic; the process only "
        "keeps the number taken.",
        "게시된 포트의 트래픽은 netavark 또는 CNI 플러그인의 NAT 규칙이 전달하며, 프로세스는 포트 번호를 점유할 뿐입니다.",
    ),
    since="Podman 1.0 (aardvark-dns from 4.0)",
    source="containers/podman libpod/oci_util.go bindPorts, libpod/networking_common.go; containers/aardvark-dns src/server/serve.rs",
    match=match,
)
