"""Virtual interfaces that were made again under their old name, with what the kernel draws anew."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only, reboot
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

DRAWN = ("index", "link", "mac", "addresses", "lifetimes", "peer_netns")


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, *DRAWN):
        return None
    old, new = change.before, change.after
    if "addresses" in change.fields and any(
        not each.startswith("fe80") for each in set(old.addresses) ^ set(new.addresses)
    ):
        return None
    if not {"index", "link", "mac", "peer_netns"} & set(change.fields):
        return None
    if "mac" in change.fields and (new.mac or "")[1:2] not in ("2", "6", "a", "e"):
        return None  # a vendor's address: another card, not a drawn one
    booted = reboot(pair)
    moved = old.index is not None and new.index is not None and old.index != new.index
    peer = old.link != new.link or old.peer_netns != new.peer_netns
    if not booted and not moved and not ("mac" not in change.fields and peer):
        return None
    seen = f"{change.key}: index {old.index} -> {new.index}, @{old.link} -> @{new.link}"
    return Match((*booted, pair.after.saw("ip_addr", seen)), "shown" if booted or moved else "likely")


rule = Rule(
    name="interface-made-again",
    facts=("ip_addr",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The interface, or its peer in another network namespace, was made again under the same name (a restart of "
        "the host, a service or a container): the kernel drew a new index, MAC or link-local address.",
        "인터페이스 또는 다른 네트워크 네임스페이스에 있는 상대편이 같은 이름으로 다시 만들어졌습니다(호스트, 서비스 "
        "또는 컨테이너의 재시작). 커널이 인덱스, MAC, 링크 로컬 주소를 새로 뽑은 것입니다.",
    ),
    since="every kernel",
    source="linux net/core/dev.c dev_index_reserve, net/ethernet/eth.c ether_setup (eth_hw_addr_random)",
    match=match,
)
