"""The trace ends because something was not recorded, or is not understood."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    lacking = [
        node for node in case.topology.nodes if not node.host and case.about("address") in node.addresses
    ]
    # a node that is missing is to be recorded; else the host that something of is missing
    target = lacking[0].name if lacking else case.way.at
    return Cause(
        name="not-recorded",
        key=f"not-recorded {case.way.at} {case.way.why.en}",
        host=case.way.at,
        what=Text(case.way.why.en + ".", case.way.why.ko + "."),
        remedy=_REMEDY,
        commands=(f"leadline record {target} --to DIR",) if lacking or case.host() is not None else (),
    )


_REMEDY = Text(
    "record every host on the way as root with `leadline record`, at about the same time, and trace again",
    "경로에 있는 모든 호스트를 비슷한 시각에 root 권한으로 `leadline record`로 기록한 뒤 다시 추적하십시오",
)

finder = Finder(dispositions=("insufficient-information",), find=_find)
