"""The words of a probe's report."""

from leadline.base.text import Text, same
from leadline.network.probe.lineup import Found, Point
from leadline.network.probe.proof import Proof, Verdict
from leadline.report.document import Tone
from leadline.report.views.trace_words import OUTSIDE, where

SIGNS: dict[Found, str] = {
    "as-predicted": "✓",
    "otherwise": "✗",
    "not-seen": "✗",
    "by-passed": "·",
    "at-its-end": "·",
    "not-captured": "?",
    "not-predicted": "✗",
    "copy": "·",
    "not-told": "?",
    "refusal": "·",
}
FOUND: dict[Found, Text] = {
    "as-predicted": Text("as predicted", "예측대로"),
    "otherwise": Text(
        "seen, but with other addresses or in another tunnel", "다른 주소 또는 다른 터널로 관측됨"
    ),
    "not-seen": Text("not seen", "관측되지 않음"),
    "by-passed": Text("passed in the bridge", "브리지 안에서 지나감"),
    "at-its-end": Text("lost here, as predicted", "예측대로 여기에서 유실"),
    "not-captured": Text("not captured", "캡처하지 못함"),
    "not-predicted": Text("seen, but not predicted", "예측에 없는 관측"),
    "copy": Text("a copy that the bridge made", "브리지가 만든 사본"),
    "not-told": Text("not told by the trace", "추적이 판단하지 않음"),
    "refusal": Text("the refusal, as predicted", "예측대로 거부"),
}
TONES: dict[Found, Tone] = {
    "as-predicted": "good",
    "otherwise": "bad",
    "not-seen": "bad",
    "not-captured": "warn",
    "not-predicted": "bad",
    "not-told": "warn",
}
VERDICTS: dict[Verdict, Text] = {
    "confirmed": Text("confirmed", "확인됨"),
    "contradicted": Text("contradicted", "예측과 다름"),
    "insufficient-information": Text("cannot be told", "판단할 수 없음"),
}
CONFIRMED = Text(
    "Confirmed: the packet arrived and the answer came back, at every interface as predicted.",
    "확인됨: 패킷이 도달하고 응답이 돌아왔으며, 모든 인터페이스에서 예측과 같았습니다.",
)
CONFIRMED_LOST = Text(
    "Confirmed: it is lost as predicted. Seen last at {last}; the sender noticed: {seen}.",
    "확인됨: 예측대로 유실됩니다. 마지막으로 관측된 곳: {last}. 보낸 쪽이 받은 결과: {seen}.",
)
NOWHERE = Text(
    "Confirmed: it is lost as predicted, before any interface saw it. The sender noticed: {seen}.",
    "확인됨: 예측대로 어느 인터페이스에도 나타나기 전에 유실됩니다. 보낸 쪽이 받은 결과: {seen}.",
)
CONTRADICTED = Text(
    "The packet went otherwise than predicted. This is a failure of leadline, not of your network; if nothing was changed "
    "on the hosts meanwhile, please report it.",
    "패킷이 예측과 다르게 움직였습니다. 이는 네트워크가 아니라 leadline의 오류입니다. 그 사이 호스트를 바꾸지 않았다면 제보해 주십시오.",
)
UNTOLD = Text("Neither confirmed nor contradicted: {why}.", "확인도 반박도 할 수 없습니다: {why}.")
SEND_US = Text(
    "What to send us: the report and the capture that these write, and a recording of the hosts (`leadline record`), in "
    "which secrets are removed.",
    "보내실 것: 아래 명령이 만드는 보고서와 캡처, 그리고 호스트 기록(`leadline record`)입니다. 기록에서 비밀 값은 제거됩니다.",
)
DELIVERED = Text("{flow}: delivered, {verdict}", "{flow}: 도달, {verdict}")
LOST = Text("{flow}: not delivered, {verdict}", "{flow}: 도달하지 못함, {verdict}")
WAY_BACK = Text(
    "The answer was seen at {n} interfaces of the way back as predicted, {ms} ms after the packet had left.",
    "응답은 돌아오는 경로의 인터페이스 {n}개에서 예측대로 관측되었으며, 패킷을 보낸 지 {ms} ms 만에 도착했습니다.",
)
HEARD = Text("the sender noticed", "보낸 쪽이 받은 결과")
PREDICTED = Text("predicted", "예측")
OBSERVED = Text("observed", "관측")
OFF = Text(
    "The clock of {host} is about {ms} ms off the sender's; its times are corrected by that, estimated from the answer.",
    "{host}의 시계가 보낸 쪽과 약 {ms} ms 어긋나 있어, 응답으로 추정한 만큼 보정했습니다.",
)
NO_CLOCK = Text(
    "The clock of a host is off and no answer tells by how much, so its times are left out.",
    "시계가 어긋난 호스트가 있으나 응답이 없어 차이를 알 수 없으므로 그 시각은 표시하지 않았습니다.",
)


def at(point: Point) -> Text:
    """`eth0 of default/web-3 on k8s-w1`."""
    there = OUTSIDE if point.host in ("", "outside") else where(point.host, point.place)
    return Text("{interface} of {there}", "{there}의 {interface}").fill(
        interface=point.interface, there=there
    )


def milliseconds(seconds: float) -> str:
    """`0.123`."""
    return f"{seconds * 1000:.3f}"


def mark(point: Point, latency: float | None) -> str:
    """What stands beside an interface in the picture: `✓ 0.123 ms`."""
    took = f" {milliseconds(latency)} ms" if latency is not None else ""
    return SIGNS[point.found] + took


def title(found: Proof) -> Text:
    """The first line."""
    flow = same(f"{found.trace.flow.source} → {found.trace.flow.destination}")
    arrived = all(each.connection.heard == "answer" for each in found.lines)
    return (DELIVERED if arrived else LOST).fill(flow=flow, verdict=VERDICTS[found.verdict])
