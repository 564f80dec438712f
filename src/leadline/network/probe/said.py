"""What a probe tells of its sender and of hosts that could not do their part, in words."""

import errno

from leadline.base.text import Text, same
from leadline.network.probe.agent import Line
from leadline.network.probe.observation import Attempt, SendResult

NO_TOOL = Text(
    "{host}: nothing was captured, since it has neither python3 nor a tcpdump that tells interfaces apart (4.99 or later, with nsenter); what passes there stays unknown",
    "{host}: python3도, 인터페이스를 구분하는 tcpdump(4.99 이상, nsenter 필요)도 없어 캡처하지 못했습니다. 이 호스트를 지나는 패킷은 알 수 없습니다",
)
NO_PYTHON = Text(
    "{host}: nothing was sent, since it has no python3 (3.6 or later); probe from another place, or read a capture with --pcap",
    "{host}: python3(3.6 이상)이 없어 패킷을 보내지 못했습니다. 다른 곳에서 보내거나 --pcap으로 캡처를 읽으십시오",
)
LOST = Text(
    "{host}{netns}: the kernel dropped {n} captured frames, so some may be missing; try again when there is less traffic",
    "{host}{netns}: 커널이 캡처한 프레임 {n}개를 버려 일부가 빠졌을 수 있습니다. 트래픽이 적을 때 다시 시도하십시오",
)
OVER = Text(
    "{host}: more frames fit the filter than are kept, so some are missing; probe when there is less traffic to the same destination",
    "{host}: 필터에 맞는 프레임이 보관 한도를 넘어 일부가 빠졌습니다. 같은 목적지로 가는 트래픽이 적을 때 다시 시도하십시오",
)
_NOT_PERMITTED = Text(
    "{host}{netns}: {what} is not permitted; it needs root (CAP_NET_RAW, and CAP_SYS_ADMIN for pods): log in as root, or give --sudo",
    "{host}{netns}: {what} 권한이 없습니다. root 권한(CAP_NET_RAW, 파드에는 CAP_SYS_ADMIN)이 필요합니다. root로 로그인하거나 --sudo를 지정하십시오",
)
_NOT_THERE = Text(
    "{host}{netns}: this network namespace is not there any more; record the host again",
    "{host}{netns}: 네트워크 네임스페이스가 더 이상 없습니다. 호스트를 다시 기록하십시오",
)
_FAILED = Text("{host}{netns}: {what} failed ({error})", "{host}{netns}: {what}에 실패했습니다({error})")
_BROKEN = Text(
    "{host}: the capture ended before it was told to ({error}); what passed there stays unknown",
    "{host}: 캡처가 도중에 끝났습니다({error}). 이 호스트를 지난 패킷은 알 수 없습니다",
)
_CAPTURING, _SENDING = Text("capturing", "캡처"), Text("sending", "전송")

_ICMP = {
    (3, 0): Text("network unreachable", "네트워크에 도달할 수 없음"),
    (3, 1): Text("host unreachable", "호스트에 도달할 수 없음"),
    (3, 2): Text("protocol unreachable", "프로토콜에 도달할 수 없음"),
    (3, 3): Text("port unreachable", "포트에 도달할 수 없음"),
    (3, 4): Text("fragmentation needed", "단편화 필요"),
    (3, 9): Text("network prohibited", "네트워크 접근 금지"),
    (3, 10): Text("host prohibited", "호스트 접근 금지"),
    (3, 13): Text("administratively prohibited", "관리 정책으로 금지됨"),
    (11, 0): Text("time to live exceeded", "TTL 만료"),
}


def within(netns: str) -> str:
    """A namespace behind its host's name."""
    return f" ({netns})" if netns else ""


def failed(host: str, netns: str, line: Line, *, sends: bool) -> Text:
    """Why a namespace could not be captured in or sent from."""
    values = {"host": host, "netns": within(netns), "what": _SENDING if sends else _CAPTURING}
    refused = "permission" in line.error.lower() or "not permitted" in line.error.lower()
    if line.errno in (errno.EPERM, errno.EACCES) or (not line.errno and refused):
        return _NOT_PERMITTED.fill(**values)
    if line.errno == errno.ENOENT or "No such file" in line.error:
        return _NOT_THERE.fill(**values)
    return _FAILED.fill(**values, error=line.error)


def broken(host: str, error: str) -> Text:
    """Why a whole host's capture says nothing."""
    return _BROKEN.fill(host=host, error=error)


def result(attempts: tuple[Attempt, ...], protocol: str) -> SendResult:
    """All attempts as one result, with its words."""
    answered = next((each for each in attempts if each.seen == "answer"), None)
    told = answered or attempts[-1]
    return SendResult(seen=told.seen, detail=_detail(told, protocol), attempts=attempts)


def _detail(told: Attempt, protocol: str) -> Text:
    if told.seen == "answer" and told.rtt is not None:
        took = f"{told.rtt * 1000:.2f} ms"
        return Text(f"answered after {took}", f"{took} 만에 응답을 받았습니다")
    if told.seen == "timeout" and told.connected:
        return Text("connected, but the request got no answer", "연결되었으나 요청에 응답이 없습니다")
    if told.seen == "timeout":
        return Text("no answer", "응답이 없습니다")
    if told.icmp is not None:
        message = _ICMP.get(told.icmp, same(f"ICMP {told.icmp[0]}/{told.icmp[1]}"))
        mtu = f", MTU {told.mtu}" if told.mtu else ""
        return Text("ICMP: {message} from {sender}{mtu}", "ICMP: {sender}이(가) 보낸 {message}{mtu}").fill(
            message=message, sender=told.sender, mtu=mtu
        )
    if told.seen == "refused" and protocol == "tcp":
        return Text("the connection was reset", "연결이 거부되었습니다(RST)")
    if told.seen == "too-big":
        mtu = f" (MTU {told.mtu})" if told.mtu else ""
        return Text(f"larger than the own interface carries{mtu}", f"보내는 인터페이스의 MTU보다 큽니다{mtu}")
    return Text(f"the own kernel refused: {told.error}", f"보내는 쪽 커널이 거부했습니다: {told.error}")
