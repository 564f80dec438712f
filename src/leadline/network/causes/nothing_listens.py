"""No process listens on the port."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    where = case.way.place or case.way.at
    port, protocol = case.about("port"), case.about("protocol")
    return Cause(
        name="nothing-listens",
        key=f"nothing-listens {where} {protocol} {port}",
        host=case.way.at,
        what=_WHAT.fill(where=where, protocol=protocol, port=port),
        remedy=_REMEDY,
        commands=("ss -tulnp",),
    )


_WHAT = Text(
    "The packet arrives at {where}, but no process listens there on {protocol} port {port}.",
    "패킷은 {where}에 도착하지만 그곳에서 {protocol} {port}번 포트를 수신하는 프로세스가 없습니다.",
)
_REMEDY = Text(
    "see whether the process runs, on which port and address it listens (127.0.0.1 is not reached from elsewhere), and whether targetPort is that port",
    "프로세스가 실행 중인지, 어떤 포트와 주소에서 수신하는지(127.0.0.1은 다른 곳에서 접속할 수 없습니다), targetPort가 그 포트인지 확인하십시오",
)

finder = Finder(dispositions=("no-listener",), find=_find, otherwise=True)
