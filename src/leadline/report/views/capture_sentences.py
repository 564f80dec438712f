"""What is said of a capture. `{a}`, `{b}`: from whom to whom; `{n}`: how many."""

from leadline.base.text import Text

REFUSED = Text(
    "{b} refuses connections from {a} (RST): nothing listens there, or a rule rejects. Connections: {n}.",
    "{a}에서 온 연결을 {b}이(가) 거부합니다(RST). 수신 대기하는 프로세스가 없거나 규칙이 거부합니다. 연결 {n}개.",
)
UNANSWERED = Text(
    "{a} gets no answer from {b}: of {tries} SYNs none is answered. Connections: {n}.",
    "{a}의 연결 시도에 {b}이(가) 응답하지 않습니다. 연결 {n}개, SYN {tries}개 모두 무응답입니다.",
)
RESET = Text(
    "{a} → {b}: ended by RST from {who}. Connections: {n}.",
    "{a} → {b}: 연결 {n}개를 {who}이(가) RST로 끊었습니다.",
)
RESETS = Text("{a} → {b}: ended by RST. Connections: {n}.", "{a} → {b}: 연결 {n}개가 RST로 끝났습니다.")
NO_REPLY = Text(
    "ping {a} → {b}: {lost} of {asked} requests without a reply.",
    "ping {a} → {b}: 요청 {asked}개 가운데 {lost}개에 응답이 없습니다.",
)
NO_DNS = Text(
    "{a} asks {b} (DNS) and gets no answer. Flows: {n}.",
    "{a}의 DNS 질의에 {b}이(가) 응답하지 않습니다. 흐름 {n}개.",
)
TOO_BIG = Text(
    "{who} says that packets of {size} bytes {a} → {b} are too big: the next hop takes {mtu} (MTU). ({times}×)",
    "{who}: {a} → {b} 방향 {size}바이트 패킷이 너무 큽니다. 다음 홉의 MTU는 {mtu}입니다. {times}회.",
)
TOO_BIG_SILENT = Text(
    "{who} says that packets of {size} bytes {a} → {b} are too big, not for which MTU. ({times}×)",
    "{who}: {a} → {b} 방향 {size}바이트 패킷이 너무 큽니다. MTU는 알려 주지 않았습니다. {times}회.",
)
ICMP = Text(
    "{who} says of {a} → {b}: {what}. ({times}×)", "{who}이(가) {a} → {b}에 대해 알림: {what}. {times}회."
)
PIECES = Text(
    "{a} → {b}: of {all} fragmented datagrams {lost} lack pieces.",
    "{a} → {b}: 단편화된 데이터그램 {all}개 가운데 {lost}개에 빠진 조각이 있습니다.",
)
AGAIN = Text(
    "{a} → {b}: {again} of {all} packets are sent again: packets are lost or late. Connections: {n}.",
    "{a} → {b}: 연결 {n}개에서 패킷 {all}개 가운데 {again}개가 재전송입니다. 패킷이 유실되거나 늦습니다.",
)
LOST = Text(
    "{a} → {b}: {bytes} bytes are missing in the sequence and were never acknowledged.",
    "{a} → {b}: 시퀀스에서 {bytes}바이트가 빠졌고 끝내 확인(ACK)되지 않았습니다.",
)
UNCAPTURED = Text(
    "{bytes} bytes (flows: {n}) were acknowledged but are not in the capture: the capture missed them, or they "
    "took another way.",
    "연결 {n}개에서 {bytes}바이트가 확인(ACK)되었지만 캡처에는 없습니다. 캡처가 놓쳤거나 다른 경로로 지나갔습니다.",
)
DOUBLED = Text(
    "{n} packets pass the same interface twice, unchanged: a bridge in hairpin or promiscuous mode, a mirrored port, or a "
    "capture of all interfaces that does not tell them apart.",
    "패킷 {n}개가 같은 인터페이스에서 그대로 두 번 보입니다. 헤어핀이나 무차별 모드의 브리지, 미러 포트, 또는 인터페이스를 "
    "구분하지 않는 전체 캡처입니다.",
)
ARP = Text(
    "{a} asks by ARP for {b} and nobody answers. ({n}×)",
    "{a}이(가) {b}을(를) ARP로 {n}회 찾았지만 응답이 없습니다.",
)
ONE_WAY = Text(
    "VXLAN {vni} from {a} to {b}: {n} packets, and none the other way.",
    "VXLAN {vni}, {a} → {b}: 패킷 {n}개가 갔지만 반대 방향은 하나도 없습니다.",
)
OUTER_PIECES = Text(
    "VXLAN {vni} from {a} to {b}: {n} tunnel packets are in fragments: the pods' MTU is too large for the nodes' network "
    "(it must be at least 50 bytes smaller).",
    "VXLAN {vni}, {a} → {b}: 터널 패킷 {n}개가 단편화되었습니다. 파드 MTU가 노드 네트워크에 비해 큽니다(50바이트 이상 작아야 "
    "합니다).",
)
OUTER_LOST = Text(
    "VXLAN {vni} from {a} to {b}: {n} tunnel packets lack fragments.",
    "VXLAN {vni}, {a} → {b}: 터널 패킷 {n}개에 빠진 조각이 있습니다.",
)
OFFLOAD = Text(
    "VXLAN {vni} from {a} to {b}: packets of up to {size} bytes were captured before they were cut into segments (offload); "
    "their size says nothing of the MTU.",
    "VXLAN {vni}, {a} → {b}: 세그먼트로 나뉘기 전(오프로드)에 캡처되어 최대 {size}바이트입니다. MTU와는 무관합니다.",
)
PORTS = Text(
    "VXLAN is sent to several ports ({ports}): nodes that differ cannot hear each other.",
    "VXLAN이 여러 포트({ports})로 오갑니다. 포트가 다른 노드끼리는 통신할 수 없습니다.",
)
REWRITTEN = Text("{a} → {b} is rewritten to {c} → {d}.", "{a} → {b}이(가) {c} → {d}(으)로 변환됩니다(NAT).")
REWRITTEN_PORT = Text(
    "{a} → {b} gets another source port (NAT).", "{a} → {b}의 출발지 포트가 변환됩니다(NAT)."
)
NOT_KEPT = Text(
    "Whoever captured says that {n} packets were not kept: what seems lost may be just these.",
    "캡처한 쪽에서 패킷 {n}개를 저장하지 못했습니다. 유실로 보이는 것이 이 패킷일 수 있습니다.",
)
REST = Text(
    "Beyond the first {most} flows there are {n} more, with {packets} packets; they are counted only.",
    "처음 {most}개 흐름 외에 {n}개(패킷 {packets}개)가 더 있으며, 개수만 셌습니다.",
)
DAMAGED = Text("Headers that contradict themselves: {kinds}.", "헤더 값이 서로 어긋납니다: {kinds}.")
UNDECODED = Text("Not followed as flows: {kinds}.", "흐름에서 제외했습니다: {kinds}.")
CUT = Text(
    "Of {n} packets the headers were not captured whole; capture with a larger snap length (`tcpdump -s 0`).",
    "패킷 {n}개는 헤더가 다 저장되지 않았습니다. 더 길게 캡처하십시오(`tcpdump -s 0`).",
)
CODES4 = {
    (3, 0): Text("no route to the network", "네트워크로 가는 경로가 없습니다"),
    (3, 1): Text("the host does not answer (no neighbour)", "호스트가 응답하지 않습니다(이웃 없음)"),
    (3, 2): Text("it does not speak the protocol", "해당 프로토콜을 지원하지 않습니다"),
    (3, 3): Text(
        "nothing listens on the port, or a rule rejects",
        "포트에서 수신 대기하는 프로세스가 없거나 규칙이 거부합니다",
    ),
    (3, 9): Text("forbidden for the network (a rule)", "네트워크가 금지되어 있습니다(규칙)"),
    (3, 10): Text("forbidden for the host (a rule)", "호스트가 금지되어 있습니다(규칙)"),
    (3, 13): Text("forbidden by a rule", "규칙이 금지합니다"),
    (3, -1): Text("unreachable", "도달할 수 없습니다"),
    (5, -1): Text("take another router (redirect)", "다른 라우터를 쓰십시오(리다이렉트)"),
    (11, 0): Text(
        "the TTL ran out: a routing loop, or a traceroute",
        "TTL이 다했습니다. 라우팅 루프이거나 traceroute입니다",
    ),
    (11, 1): Text("pieces of it did not arrive in time", "조각이 제때 도착하지 않았습니다"),
    (12, -1): Text("a header is wrong", "헤더가 잘못되었습니다"),
}
CODES6 = {
    (1, 0): CODES4[3, 0],
    (1, 1): CODES4[3, 13],
    (1, 3): CODES4[3, 1],
    (1, 4): CODES4[3, 3],
    (1, -1): CODES4[3, -1],
    (3, 0): CODES4[11, 0],
    (3, 1): CODES4[11, 1],
    (4, -1): CODES4[12, -1],
}
