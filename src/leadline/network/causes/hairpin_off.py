"""A pod cannot reach itself by its Service: its bridge port does not send back."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    device = case.about("device")
    decisive = case.way.decisive
    if decisive is None or "hairpin" not in decisive.cite:
        return None  # an isolated port
    return Cause(
        name="hairpin-off",
        key=f"hairpin-off {case.way.at} {device}",
        host=case.way.at,
        what=_WHAT.fill(host=case.way.at, device=device, pod=case.flow.place or case.flow.source),
        remedy=_REMEDY,
        commands=(f"bridge link set dev {device} hairpin on",),
        evidence=((case.way.at, "bridge_link", f"{device} hairpin off"),),
    )


_WHAT = Text(
    "{pod} asks its own Service and is chosen as the endpoint itself, but {device} on {host} has hairpin mode off and does not send a frame back where it came from.",
    "{pod}이(가) 자기 서비스를 호출해 자신이 엔드포인트로 선택되었지만, {host}의 {device}은(는) 헤어핀 모드가 꺼져 있어 들어온 곳으로 프레임을 되돌려 보내지 않습니다.",
)
_REMEDY = Text(
    "turn it on, and set hairpinMode: true in the CNI configuration (kube-flannel-cfg), so that new pods have it",
    "헤어핀 모드를 켜고 CNI 설정(kube-flannel-cfg)에 hairpinMode: true를 넣어 새 파드에도 적용되게 하십시오",
)

finder = Finder(dispositions=("no-hairpin",), find=_find)
