"""Kernel settings of one network namespace that have a value for each interface and one for `all`."""

from leadline.base.text import Text
from leadline.network.netns import Netns
from leadline.network.trace.policy import Undecided


def key(device: str, name: str) -> str:
    """`net.ipv4.conf.flannel/1.rp_filter`: dots in an interface's name are slashes."""
    return f"net.ipv4.conf.{device.replace('.', '/')}.{name}"


def value(netns: Netns, name: str) -> int | None:
    """A numeric setting; None where it was not recorded."""
    said = netns.sysctl(name)
    return int(said) if said is not None and said.isdecimal() else None


def told(name: str, number: int) -> str:
    return f"{name} = {number}"


def missing(*names: str) -> Undecided:
    said = ", ".join(f"`{name}`" for name in names)
    return Undecided(Text(f"the kernel setting {said} (`sysctl -a`)", f"커널 설정 {said}(`sysctl -a`)"))


def stands(netns: Netns, device: str, name: str) -> bool | None:
    """A setting that is on where it is on for `all` or for the interface; None where that was not recorded."""
    numbers = [value(netns, key(each, name)) for each in ("all", device)]
    return True if any(numbers) else None if None in numbers else False


def either(netns: Netns, device: str, name: str) -> tuple[bool, str]:
    """Such a setting with how it stands, `key = value`. Raises Undecided where it was not recorded."""
    names = key("all", name), key(device, name)
    if (on := stands(netns, device, name)) is None:
        raise missing(*(each for each in names if value(netns, each) is None))
    deciding = next((each for each in names if value(netns, each)), names[1])
    return on, told(deciding, value(netns, deciding) or 0)


def forwards(netns: Netns, device: str) -> tuple[bool, str]:
    """Whether packets that came in by this interface are forwarded. Raises Undecided."""
    for each in (key(device, "forwarding"), "net.ipv4.ip_forward"):
        if (number := value(netns, each)) is not None:
            return bool(number), told(each, number)
    raise missing("net.ipv4.ip_forward")


def reverse_path(netns: Netns, device: str) -> tuple[tuple[int, ...], str, tuple[str, ...]]:
    """How strictly the reverse path is checked: the values it may have (one where both settings were recorded), the
    setting that makes it so, and those that were not recorded."""
    own, of_all = key(device, "rp_filter"), key("all", "rp_filter")
    known = {each: number for each in (own, of_all) if (number := value(netns, each)) is not None}
    least = max(known.values(), default=0)
    deciding = next((each for each, number in known.items() if number == least), own)
    if len(known) == 2:
        return (least,), told(deciding, least), ()
    return (
        tuple(range(least, 3)),
        told(deciding, least),
        tuple(each for each in (of_all, own) if each not in known),
    )
