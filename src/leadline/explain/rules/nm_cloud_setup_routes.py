"""nm-cloud-setup's policy routing for the further addresses of a cloud host."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

_BY_SOURCE = (range(30200, 30300), range(30400, 30500))
_BACK_TO_MAIN = 30350


def match(change: Change, pair: Pair) -> Match | None:
    entry, side = change.entry, pair.side(change)
    if change.fact == "ip_rule":
        ours = _ours(str(entry.priority)) and str(entry.priority) == entry.table
        ours = ours or (entry.priority == _BACK_TO_MAIN and entry.table == "main")
    else:
        ours = _ours(entry.table)
    if not ours:
        return None
    author = first(
        side.unit("nm-cloud-setup.timer", "nm-cloud-setup.service"),
        side.package("NetworkManager-cloud-setup"),
    )
    return Match(author, values={"what": change.key}) if author else None


def _ours(number: str) -> bool:
    return number.isdigit() and any(int(number) in numbers for numbers in _BY_SOURCE)


rule = Rule(
    name="nm-cloud-setup-routes",
    facts=("ip_rule", "ip_route"),
    component="NetworkManager",
    class_="derived",
    why=Text(
        "nm-cloud-setup reads the host's further addresses from the cloud's metadata and gives each a routing table of its "
        "own (30200 and 30400 onwards): {what}.",
        "nm-cloud-setup이 클라우드 메타데이터에서 호스트의 추가 주소를 읽어 주소마다 별도의 라우팅 테이블(30200번대, 30400번대)을 "
        "둡니다: {what}.",
    ),
    consequence=Text(
        "Its rules stand before the main table: network plugins that give pods further addresses of the interface ask to "
        "disable nm-cloud-setup.timer.",
        "이 규칙은 main 테이블보다 먼저 적용됩니다. 인터페이스의 추가 주소를 파드에 주는 네트워크 플러그인은 "
        "nm-cloud-setup.timer를 끄도록 요구합니다.",
    ),
    since="NetworkManager 1.24; these numbers in its current source",
    source="NetworkManager/NetworkManager src/nm-cloud-setup/main.c _nmc_mangle_connection",
    match=match,
)
