"""The explanation of a load balancer's address in sentences."""

from collections.abc import Iterator

from leadline.base.text import Text, same
from leadline.network.balancing.balanced import Balanced, Route


def told(found: Balanced) -> Iterator[Text]:
    """The pool, what announces it, who answers and who takes over, or the routes that peers hear."""
    yield from found.notes
    if found.advertisements:
        yield _ANNOUNCED.fill(pool=found.pool, advertisements=", ".join(found.advertisements))
    where = ", ".join(found.interfaces)
    if found.announcer:
        yield (_ANSWERS_ON if where else _ANSWERS).fill(
            node=found.announcer, address=found.address, interfaces=where
        )
        rest = ", ".join(each for each in found.candidates if each != found.announcer)
        yield (_NEXT if rest else _NOBODY_NEXT).fill(node=found.announcer, nodes=rest)
    elif found.candidates:
        yield _LIKELY.fill(address=found.address, nodes=", ".join(found.candidates))
    elif found.how == "layer2":
        yield _NOBODY.fill(address=found.address)
    for each in found.routes:
        yield _HEARS.fill(
            peer=f"{each.peer} ({each.router})" if each.router else each.peer, route=written(each)
        )
    if any(
        one.node != other.node and one.peer == other.peer for one in found.routes for other in found.routes
    ):
        yield _SPREAD
    if found.how == "bgp" and not found.routes:
        yield _NO_ROUTE.fill(address=found.address)
    for what in found.missing:
        yield _UNSURE.fill(what=what)


def written(route: Route) -> Text:
    """A route in one line, the same in both languages."""
    words = [route.prefix, "via", route.next_hop or "?", f"({route.node})"]
    if route.path:
        words += ["AS", *map(str, route.path)]
    if route.local_pref is not None:
        words += ["local-pref", str(route.local_pref)]
    if route.communities:
        words += ["communities", ",".join(route.communities)]
    return same(" ".join(words))


_ANNOUNCED = Text(
    "pool {pool} is announced by {advertisements}", "풀 {pool}은(는) {advertisements}(으)로 광고됩니다"
)
_ANSWERS = Text("{node} answers ARP for {address}", "{node}이(가) {address}의 ARP에 응답합니다")
_ANSWERS_ON = Text(
    "{node} answers ARP for {address} on {interfaces} only",
    "{node}이(가) {interfaces}에서만 {address}의 ARP에 응답합니다",
)
_NEXT = Text(
    "if {node} fails, the next to take over are, in this order: {nodes}",
    "{node}에 장애가 나면 다음 순서로 넘겨받습니다: {nodes}",
)
_NOBODY_NEXT = Text("if {node} fails, nobody takes over", "{node}에 장애가 나면 넘겨받을 노드가 없습니다")
_LIKELY = Text(
    "in MetalLB's order these would answer ARP for {address}: {nodes}",
    "MetalLB의 순서대로라면 {address}의 ARP에 응답할 노드: {nodes}",
)
_NOBODY = Text("no node answers ARP for {address}", "{address}의 ARP에 응답하는 노드가 없습니다")
_HEARS = Text("the BGP peer {peer} hears {route}", "BGP 피어 {peer}이(가) 받는 경로: {route}")
_SPREAD = Text(
    "a router that has multipath on spreads connections over equal routes; without it, it takes one of them",
    "멀티패스를 켠 라우터는 동일 비용 경로에 연결을 나누고, 끈 라우터는 그중 하나만 씁니다",
)
_NO_ROUTE = Text("no BGP peer hears a route to {address}", "{address}에 대한 경로를 받는 BGP 피어가 없습니다")
_UNSURE = Text("not certain: {what}", "확실하지 않음: {what}")
