"""MetalLB's pools: whose an address is, and which advertisements announce a pool.

metallb internal/config/config.go (ParseCIDR, setL2AdvertisementsToPools), speaker/main.go (poolFor).
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, ip_address, ip_network
from typing import Any

from leadline.base.text import Text
from leadline.network.balancing.selectors import fits
from leadline.network.objects import Object

Objects = Mapping[str, Sequence[Object]]


def holding(objects: Objects, addresses: Sequence[str]) -> tuple[Object, str] | None:
    """The pool that has all addresses of a Service, and which of its ranges has the first one; None where none has."""
    for pool in objects.get("IPAddressPool", ()):
        ranges = [range_of(pool, each) for each in addresses]
        if ranges and all(ranges):
            return pool, ranges[0]
    return None


def range_of(pool: Object, address: str) -> str:
    """The range or network of a pool that has an address, as it is written there; "" for none."""
    return next((each for each in _spec(pool).get("addresses") or () if _within(each, address)), "")


def _within(written: str, address: str) -> bool:
    first, dash, last = written.partition("-")
    try:
        own = ip_address(address)
        if dash:
            start, end = ip_address(first.strip()), ip_address(last.strip())
            return start.version == own.version == end.version and int(start) <= int(own) <= int(end)
        return own in ip_network(written, strict=False)
    except ValueError:
        return False


def advertising(objects: Objects, kind: str, pool: Object) -> list[Object]:
    """The advertisements of a kind that select a pool, by name or labels; those that select none are for all."""
    return [each for each in objects.get(kind, ()) if _selects(_spec(each), pool)]


def _selects(spec: Mapping[str, Any], pool: Object) -> bool:
    names, selectors = spec.get("ipAddressPools") or (), spec.get("ipAddressPoolSelectors") or ()
    if not names and not selectors:
        return True
    metadata = pool["metadata"]
    return metadata["name"] in names or bool(selectors and fits(selectors, metadata.get("labels") or {}))


def _spec(each: Object) -> Mapping[str, Any]:
    return each.get("spec") or {}


def described(pool: Object, written: str, address: str) -> Iterator[Text]:
    """The pool in words: its range, and its settings where they are not the usual ones."""
    spec, name = _spec(pool), pool["metadata"]["name"]
    yield _FROM.fill(address=address, pool=name, range=written)
    if spec.get("autoAssign") is False:
        yield _NOT_BY_ITSELF.fill(pool=name)
    if spec.get("avoidBuggyIPs") is True:
        yield (_BUGGY_ASKED if _is_buggy(address) else _BUGGY).fill(pool=name, address=address)
    allocation = spec.get("serviceAllocation")
    if allocation:
        yield _RESERVED.fill(pool=name, whom=_allocated(allocation))


def _is_buggy(address: str) -> bool:
    try:
        return int(IPv4Address(address)) & 0xFF in (0, 255)
    except AddressValueError:
        return False


def _allocated(allocation: Mapping[str, Any]) -> str:
    said = [f"namespace {each}" for each in allocation.get("namespaces") or ()]
    for field in ("namespaceSelectors", "serviceSelectors"):
        said += [f"{field} {_written(each)}" for each in allocation.get(field) or ()]
    if allocation.get("priority"):
        said.append(f"priority {allocation['priority']}")
    return ", ".join(said) or "*"


def _written(selector: Mapping[str, Any]) -> str:
    words = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    words += [
        " ".join((each["key"], each["operator"], *(each.get("values") or ())))
        for each in selector.get("matchExpressions") or ()
    ]
    return ",".join(words) or "*"


_FROM = Text(
    "{address} is from MetalLB's pool {pool} ({range})",
    "{address}은(는) MetalLB 풀 {pool}({range})의 주소입니다",
)
_NOT_BY_ITSELF = Text(
    "pool {pool} has autoAssign false: the Service asked for it",
    "풀 {pool}은(는) autoAssign이 false라서 서비스가 직접 지정해야 씁니다",
)
_BUGGY = Text(
    "pool {pool} avoids addresses that end in .0 and .255",
    "풀 {pool}은(는) .0과 .255로 끝나는 주소를 피합니다",
)
_BUGGY_ASKED = Text(
    "pool {pool} avoids addresses that end in .0 and .255, as {address} does: it was given before that was set",
    "풀 {pool}은(는) {address}처럼 .0과 .255로 끝나는 주소를 피합니다. 그 설정 전에 할당된 주소입니다",
)
_RESERVED = Text("pool {pool} is for {whom} only", "풀 {pool}은(는) {whom}에만 할당됩니다")
