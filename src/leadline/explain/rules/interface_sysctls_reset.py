"""An interface that was made again has its settings from the `default` tree again."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import place_of
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change


def _made_again(pair: Pair, name: str) -> tuple[Evidence, ...]:
    """Evidence that the interface is another one than before: another index, or a boot."""
    sides = [side.entries("ip_addr").get(name) for side in (pair.before, pair.after)]
    numbers = [entry.index for entry in sides if entry is not None and entry.index is not None]
    if len(set(numbers)) == 2:
        return (pair.after.saw("ip_addr", f"{name}: index {numbers[0]} -> {numbers[1]}"),)
    return reboot(pair)


def match(change: Change, pair: Pair) -> Match | None:
    name, setting, key = place_of(change.key)
    if name is None:
        return None
    if setting.endswith(".forwarding") and pair.change("sysctl", "net.ipv4.ip_forward") is not None:
        return None  # the switch wrote them all
    if pair.after.entries("sysctl").get(key) != change.after:
        return None
    again = _made_again(pair, name)
    inherited = pair.after.saw("sysctl", f"{key} = {change.after}")
    return Match((*again, inherited), values={"interface": name, "key": key}) if again else None


rule = Rule(
    name="interface-sysctls-reset",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="derived",
    why=Text(
        "{interface} was made again in between, and a new interface takes {key}; what had been set on the old one is gone.",
        "그 사이에 {interface} 인터페이스가 다시 만들어졌습니다. 새 인터페이스는 {key} 값을 물려받으므로 이전에 설정한 값은 "
        "사라졌습니다.",
    ),
    group=Text("settings of interfaces made again", "다시 만들어진 인터페이스의 설정"),
    since="every kernel",
    source="linux net/ipv4/devinet.c inetdev_init, net/ipv6/addrconf.c ipv6_add_dev",
    keys=("net.ipv4.conf.*", "net.ipv4.neigh.*", "net.ipv6.conf.*", "net.ipv6.neigh.*"),
    match=match,
)
