"""What compiled nft rules answer, in both forms of a listing, and that every recorded rule is understood."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from leadline.base.text import Text
from leadline.facts import nft_ruleset as facts
from leadline.facts.sources.nft import parse
from leadline.network.packet import Packet, dotted, number
from leadline.network.sight import Rule, Sight, Tracked, Unknown, Verdict
from leadline.network.trace.nft import Nft, of_iptables

DATA = Path(__file__).parent.parent / "data"
ANSWERS = [
    line.partition(" => ")[::2]
    for line in (DATA / "network/nft/answers.txt").read_text().splitlines()
    if not line.startswith("#")
]
KUBE_PROXY = DATA / "recordings/k8s-ctr/after-nftables"
RECORDED = sorted(
    file
    for folder in (DATA / "recordings", DATA / "lab", DATA / "facts/nft")
    for file in folder.rglob("*")
    if file.suffix in (".txt", ".json") and ("nft" in file.name or file.parent.name == "nft")
    if not file.name.endswith(".expected.json") and "cut_" not in file.name
    if file.stem not in ("refused", "wrong_file") and "proxier" not in file.name
)
UNTOLD = {
    "meta iifkind", "meta priority", "meta cpu", "meta hour", "meta day", "meta random", "meta cgroup",
    "meta rtclassid", "meta ipsec", "ip id", "ip daddr", "@nh,96,32", "rt classid", "socket transparent",
    "socket mark", "socket wildcard", "osf name", "ct zone", "tcp dport",
}  # fmt: skip
"""What the rules of broad.txt begin with that are not evaluated: of no recording's, or of no use here."""


class Here:
    """Every choice falls on the first outcome; `asked`: with which weights."""

    def __init__(self) -> None:
        self.asked: list[Sequence[float] | None] = []

    def address_type(self, address: int, device: str = "") -> str:
        return "unicast"

    def reverse_device(self, packet: Packet, device: str, *, loose: bool) -> bool:
        return True

    def route_device(self, address: int, *, source: int | None, mark: int, device: str) -> str:
        return device

    def interface_group(self, device: str) -> int | None:
        return None

    def choose(self, weights: Sequence[float] | None, what: Text) -> int:
        assert what.en
        self.asked.append(weights)
        return 0

    def in_set(self, name: str, directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
        raise AssertionError(name)


def sight(here: Here, to: str = "10.2.0.20", port: int = 80) -> Sight:
    packet = Packet(
        protocol="tcp",
        source=number("10.1.0.9"),
        destination=number(to),
        source_port=1024,
        destination_port=port,
        flags=frozenset(("syn",)),
        size=60,
    )
    return Sight(packet, "forward", here, came_in="v0", goes_out="w0", tracked=Tracked(state="new"))


def shown(answer: bool | Unknown | Verdict) -> str:
    if isinstance(answer, Unknown):
        return f"unknown {answer.what.en}"
    if not isinstance(answer, Verdict):
        return str(answer)
    address = dotted(answer.address) if answer.address is not None else ""
    address += f"-{dotted(answer.last_address)}" if answer.last_address is not None else ""
    port = f":{answer.port}" if answer.port is not None else ""
    port += f"-{answer.last_port}" if answer.last_port is not None else ""
    words = (answer.kind, answer.chain, answer.answer, f"{address}{port}")
    return " ".join(word for word in words if word)


def table(*rules: str) -> dict[str, Any]:
    """The entries of a table with a chain of these rules, and a set."""
    told: list[Any] = [
        facts.Set(family="inet", table="t", name="seen", type="ipv4_addr"),
        facts.Chain(
            family="inet", table="t", chain="c", type="filter", hook="forward", priority=0, policy="accept"
        ),
        *(facts.Rule("inet", "t", "c", rule) for rule in rules),
    ]
    return {str(place): each for place, each in enumerate(told)}


@pytest.mark.parametrize(("rule", "expected"), ANSWERS)
def test_answer(rule: str, expected: str) -> None:
    here = Here()
    (compiled,) = Nft(table(rule)).rules("inet", "t", "c")
    answer = shown(compiled(sight(here)))
    for weights in here.asked:
        shares = " ".join(f"{each:.4g}" for each in weights) if weights is not None else "unrecorded"
        answer += f" after {shares}"
    if expected.startswith("unknown "):
        assert answer.startswith("unknown ")
        assert expected.removeprefix("unknown ") in answer
    else:
        assert answer == expected
    assert compiled.cite == rule


def test_reads_only_what_stands_there() -> None:
    """A chain without a name is asked for by its text."""
    rules = Nft({}).rules("inet", "t", "{ ip saddr { 10.1.0.9 , 10.1.0.8 } accept; drop; }")
    assert [shown(rule(sight(Here()))) for rule in rules] == ["accept", "drop"]
    with pytest.raises(KeyError):
        Nft({}).rules("inet", "t", "c")


def compiled(entries: Mapping[str, Any]) -> list[Rule]:
    """Every rule that IPv4 packets may meet, of tables that iptables-nft did not make."""
    skip = of_iptables(entries)
    rules = Nft(entries, skip)
    chains = [
        each for each in entries.values() if isinstance(each, facts.Chain) and each.family in ("ip", "inet")
    ]
    return [
        rule
        for each in chains
        if each.family == "inet" or each.table not in skip
        for rule in rules.rules(each.family, each.table, each.chain)
    ]


def not_understood(rule: Rule) -> bool:
    """Whether a step is Unknown of every packet."""
    for step in (*rule.matches, *rule.steps):
        try:
            answer = step(None)  # type: ignore[arg-type]
        except AttributeError:
            continue
        if isinstance(answer, Unknown):
            return True
    return False


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: str(file.relative_to(DATA)))
def test_recorded(file: Path) -> None:
    assert [rule.cite for rule in compiled(parse(file.read_text()).entries) if not_understood(rule)] == []


@pytest.mark.parametrize("form", ["txt", "json"])
def test_broad(form: str) -> None:
    """What nft 1.0.6 listed of every expression that the kernel took."""
    rules = compiled(parse((DATA / f"network/nft/broad.{form}").read_text()).entries)
    strange = {
        " ".join(rule.cite.split()[: 1 if rule.cite.startswith("@") else 2])
        for rule in rules
        if not_understood(rule)
    }
    assert strange == UNTOLD
    assert len(rules) > 200


def test_forms_agree() -> None:
    """Both forms of one listing have the same rules in the same places."""
    read = [
        compiled(parse((DATA / f"network/nft/broad.{form}").read_text()).entries) for form in ("txt", "json")
    ]
    for one, other in zip(*read, strict=True):
        here = Here(), Here()
        assert shown(one(sight(here[0]))) == shown(other(sight(here[1]))), one.cite
        assert here[0].asked == here[1].asked


@pytest.mark.parametrize("form", ["txt", "json"])
def test_kube_proxy(form: str) -> None:
    """The Service `kubernetes` as kube-proxy's nftables mode has it, to its endpoint."""
    entries = parse((KUBE_PROXY / f"nft_ruleset.{form}").read_text()).entries
    rules = Nft(entries, of_iptables(entries))
    assert {chain.table for chain in rules.chains()} == {"kube-proxy"}
    here, seen = Here(), sight(Here(), "10.96.0.1", 443)
    seen.here = here
    chain, way = "services", []
    while chain:
        for rule in rules.rules("ip", "kube-proxy", chain):
            answer = rule(seen)
            if isinstance(answer, Verdict):
                way.append(shown(answer))
                if answer.kind in ("goto", "dnat"):
                    chain = answer.chain
                    break
    assert way == [
        "goto service-2QRHZV4L-default/kubernetes/tcp/https",
        "jump mark-for-masquerade",
        "goto endpoint-5JTT3E7O-default/kubernetes/tcp/https__192.168.10.100/6443",
        "dnat 192.168.10.100:6443",
    ]


LISTED = """table ip filter {
	chain INPUT {
		type filter hook input priority filter; policy drop;
	}
}
table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat - 10; policy accept;
	}
}
table ip asleep {
	flags dormant

	chain c {
		type filter hook input priority filter; policy drop;
	}
}
table bridge b {
	chain c {
		type filter hook forward priority filter; policy accept;
	}
}
table netdev n {
	chain c {
		type filter hook ingress device "eth0" priority filter; policy accept;
	}
}
table ip6 filter {
	chain INPUT {
		type filter hook input priority filter; policy drop;
	}
}
table inet t {
	chain c {
		type filter hook forward priority filter; policy drop;
		tcp dport 80 jump {
			ip saddr 10.1.0.9 accept
			drop
		}
		accept
	}
	chain plain {
		# xt_MARK counter packets 1 bytes 60
	}
}
"""


def test_chains() -> None:
    """iptables-nft's tables are known by their chains; what is no hook of routing, or asleep, is not evaluated."""
    entries = parse(LISTED).entries
    assert of_iptables(entries) == ("filter",)
    rules = Nft(entries, skip=of_iptables(entries))
    assert [(each.table, each.name, each.hook, each.priority, each.policy) for each in rules.chains()] == [
        ("nat", "prerouting", "prerouting", -110, "accept"),
        ("t", "c", "forward", 0, "drop"),
    ]
    assert [(each.family, each.hook) for each in rules.others()] == [
        ("bridge", "forward"),
        ("netdev", "ingress"),
    ]
    first, second = (rule(sight(Here())) for rule in rules.rules("inet", "t", "c"))
    assert isinstance(first, Verdict)
    assert shown(rules.rules("inet", "t", first.chain)[0](sight(Here()))) == "accept"
    assert shown(second) == "accept"
    (kept,) = rules.rules("inet", "t", "plain")
    assert shown(kept(sight(Here()))).startswith("unknown ")
    assert kept.cite == "# xt_MARK counter"
    assert [each.table for each in Nft(entries).chains()] == ["filter", "nat", "t"]
