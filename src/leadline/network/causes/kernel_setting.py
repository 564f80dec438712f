"""A kernel setting keeps a node from passing packets on."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause

_FORWARD = "net.ipv4.ip_forward"


def _find(case: Case) -> Cause | None:
    key, _, value = case.about("setting").partition(" = ")
    here = case.host()
    if not key or here is None:
        return None
    if case.way.disposition == "not-forwarding" and here.sysctl(_FORWARD) == "0":
        # it is off for all interfaces at once
        key, value = _FORWARD, "0"
    strict = case.way.disposition == "reverse-path"
    if strict and not key.endswith(".rp_filter"):
        return None  # an address that nobody may have sent from, which is no setting's fault
    changed, wanted = key, "1"
    if strict:
        # the larger of the interface's value and `all` counts, and 2 (loose) is larger than 1 (strict)
        name = next(reversed(case.way.hops[-1].through), "all").replace(".", "/")
        changed, wanted = f"net.ipv4.conf.{name}.rp_filter", "2"
    return Cause(
        name="kernel-setting",
        key=f"kernel-setting {case.way.at} {key}",
        host=case.way.at,
        what=(_STRICT if strict else _OFF).fill(
            host=case.way.at,
            setting=f"{key} = {value}",
            address=case.about("address"),
            device=case.about("device"),
        ),
        remedy=(_LOOSEN if strict else _TURN_ON).fill(key=changed),
        commands=(
            f"sysctl -w {changed}={wanted}",
            f"echo '{changed} = {wanted}' >> /etc/sysctl.d/99-kubernetes.conf",
        ),
        evidence=((case.way.at, "sysctl", f"{key} = {value}"),),
    )


_OFF = Text(
    "{host} does not forward packets for others ({setting}), so no pod on it reaches another node or the world.",
    "{host}이(가) 다른 호스트의 패킷을 포워딩하지 않아({setting}) 그 노드의 파드가 다른 노드나 외부와 통신하지 못합니다.",
)
_STRICT = Text(
    "{host} drops packets from {address}, for it would answer them by another interface than they come in by ({setting}).",
    "{host}이(가) {address}에서 온 패킷을 버립니다. 들어온 인터페이스와 응답이 나갈 인터페이스가 다르기 때문입니다({setting}).",
)
_TURN_ON = Text(
    "set {key} to 1 and see which file in /etc/sysctl.d or which program sets it back",
    "{key}을(를) 1로 설정하고, /etc/sysctl.d의 어느 파일이나 어떤 프로그램이 되돌리는지 확인하십시오",
)
_LOOSEN = Text(
    "set {key} to 2 (loose), which is enough whatever the value of `all`; better, let both nodes send by the same kind of route: one of them sends directly what the other sends by its tunnel",
    "{key}을(를) 2(loose)로 설정하십시오. `all`의 값과 관계없이 적용됩니다. 한 노드는 직접, 다른 노드는 터널로 보내고 있으므로 양쪽 경로를 같게 맞추는 것이 더 좋습니다",
)

finder = Finder(dispositions=("not-forwarding", "reverse-path"), find=_find)
