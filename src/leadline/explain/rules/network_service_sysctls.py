"""What NetworkManager and systemd-networkd set on the interfaces they take over."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import interface_of, leaf_of
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

SETTINGS = {"accept_ra": ("0",), "addr_gen_mode": ("1",), "use_tempaddr": ("0", "2")}


def _service(witness: Witness) -> Evidence | None:
    return witness.process("NetworkManager", "systemd-networkd", "systemd-network") or witness.unit(
        "NetworkManager.service", "systemd-networkd.service"
    )


def match(change: Change, pair: Pair) -> Match | None:
    name = interface_of(change.key)
    if name is None:
        return None
    if change.after not in SETTINGS[leaf_of(change.key)] or (author := _service(pair.after)) is None:
        return None
    if _service(pair.before) is None:
        return Match((author,), values={"interface": name})
    # Running all the time: only addr_gen_mode 1 is its own, no other program writes that.
    return Match((author,), "likely", {"interface": name}) if leaf_of(change.key) == "addr_gen_mode" else None


rule = Rule(
    name="network-service-sysctls",
    facts=("sysctl",),
    kinds=("changed",),
    component="distribution",
    class_="config",
    why=Text(
        "NetworkManager or systemd-networkd took {interface} over: it handles router advertisements and link-local "
        "addresses itself and turns the kernel's own handling off.",
        "NetworkManager 또는 systemd-networkd가 {interface} 인터페이스를 맡았습니다. router advertisement와 link-local "
        "주소를 직접 처리하므로 커널의 처리를 끕니다.",
    ),
    since="NetworkManager 1.0, systemd 230",
    source="NetworkManager/NetworkManager src/core/devices/nm-device.c; systemd/systemd src/network/networkd-sysctl.c",
    keys=[f"net.ipv6.conf.*.{leaf}" for leaf in SETTINGS],
    match=match,
)
