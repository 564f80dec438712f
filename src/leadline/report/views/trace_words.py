"""The words that views of traces use: how a way ends, and a packet in one line."""

from leadline.base.text import Text, same
from leadline.network.packet import Packet, end
from leadline.network.result import Branch, Disposition, Flow, Hop, Kind, Seen, Way
from leadline.report.units import count

DISPOSITIONS: dict[Disposition, Text] = {
    "delivered": Text("delivered", "도달"),
    "dropped-by-rule": Text("dropped by a firewall rule", "방화벽 규칙이 차단"),
    "no-endpoint": Text("the Service has no endpoint", "서비스에 엔드포인트 없음"),
    "no-route": Text("no route", "경로 없음"),
    "not-forwarding": Text("not forwarded", "포워딩하지 않음"),
    "no-neighbour": Text("no neighbour entry", "이웃(ARP) 항목 없음"),
    "no-fdb-entry": Text("no FDB entry for the tunnel", "터널 FDB 항목 없음"),
    "wrong-mac": Text("wrong MAC address", "MAC 주소 불일치"),
    "no-hairpin": Text("no hairpin", "헤어핀 꺼짐"),
    "link-down": Text("interface down", "인터페이스 내려감"),
    "reverse-path": Text("dropped by the reverse path filter", "역경로 필터(rp_filter)가 차단"),
    "too-big": Text("packet too big", "패킷이 MTU보다 큼"),
    "no-listener": Text("nobody listens", "수신 대기하는 프로세스 없음"),
    "wrong-source": Text("answered from a wrong address", "다른 주소에서 응답"),
    "insufficient-information": Text("cannot be told", "판단할 수 없음"),
}
NOTICED: dict[Seen, Text] = {
    "answer": Text("an answer", "응답"),
    "timeout": Text("silence (timeout)", "응답 없음(시간 초과)"),
    "refused": Text("connection refused", "연결 거부(connection refused)"),
    "unreachable": Text("no route to host", "호스트에 도달할 수 없음(no route to host)"),
    "too-big": Text("message too long", "메시지가 너무 큼(message too long)"),
    "unknown": Text("not known", "알 수 없음"),
}
KINDS: dict[Kind, Text] = {
    "rule": Text("rule", "규칙"),
    "route": Text("route", "라우트"),
    "neighbour": Text("neighbour", "이웃"),
    "fdb": same("FDB"),
    "bridge": Text("bridge", "브리지"),
    "rewrite": Text("rewrite", "주소 변경"),
    "tunnel": Text("tunnel", "터널"),
    "setting": Text("setting", "설정"),
    "link": Text("link", "링크"),
    "mtu": same("MTU"),
    "socket": Text("socket", "소켓"),
}
OUTSIDE = Text("outside", "외부")
_ICMP = {0: "echo reply", 3: "unreachable", 8: "echo request", 11: "time exceeded"}
_FLAGS = ("syn", "ack", "fin", "rst", "psh", "urg")
_ON = Text("{place} on {host}", "{host}의 {place}")


def inner(packet: Packet) -> Packet:
    """The packet itself, taken out of its tunnel."""
    return packet.frame.packet if packet.frame is not None else packet


def ends(packet: Packet) -> str:
    """`10.244.0.2:40000 → 10.96.0.10:80`; a port that is not known is left out."""
    return f"{end(packet.source, packet.source_port)} → {end(packet.destination, packet.destination_port)}"


def source(packet: Packet) -> str:
    """Address and port it comes from."""
    return end(packet.source, packet.source_port)


def destination(packet: Packet) -> str:
    """Address and port it goes to."""
    return end(packet.destination, packet.destination_port)


def about(packet: Packet) -> Text:
    """Protocol, flags and size: `TCP SYN, 60 B`."""
    words = [packet.protocol.upper(), *(flag.upper() for flag in _FLAGS if flag in packet.flags)]
    if packet.icmp is not None:
        words.append(_ICMP.get(packet.icmp[0], f"{packet.icmp[0]}/{packet.icmp[1]}"))
    said = f"{' '.join(words)}, {count(packet.size)} B" + (", DF" if packet.df else "")
    return same(said)


def outer(packet: Packet) -> str:
    """The tunnel's own packet; "" where it is in none."""
    if packet.frame is None:
        return ""
    vni = packet.vni if packet.vni is not None else "?"
    return f"VXLAN {vni}: {ends(packet)}/{packet.protocol}, {count(packet.size)} B"


def where(host: str, place: str) -> Text:
    """A pod with its host, or the host; what lies beyond the recorded hosts is `outside`."""
    if host in ("", "outside"):
        return OUTSIDE
    return _ON.fill(place=place, host=host) if place else same(host)


def here(hop: Hop | Way) -> Text:
    """The shortest name of a place on the way: the pod, else the host."""
    host = hop.host if isinstance(hop, Hop) else hop.at
    return OUTSIDE if host in ("", "outside") else same(hop.place or host)


def target(flow: Flow) -> Text:
    """`default/web-1 → svc/web:80`."""
    return same(f"{flow.source} → {flow.destination}")


def chance(branch: Branch) -> str | Text:
    """A probability as people read it: `1/4`, else a percentage."""
    if branch.probability is None:
        return Text("depends", "조건에 따름")
    if branch.probability >= 1:
        return Text("always", "항상")
    parts = 1 / branch.probability if branch.probability else 0
    if parts and abs(parts - round(parts)) < 0.01 and parts < 1000:
        return f"1/{round(parts)}"
    return f"{branch.probability:.1%}"


def outcome(branch: Branch) -> Text:
    """How a branch ends, with which way where it is the answer's."""
    found = DISPOSITIONS[branch.ends.disposition]
    if branch.direction == "reply":
        return Text("the answer is lost: {why}", "응답이 돌아오지 못함: {why}").fill(why=found)
    return found
