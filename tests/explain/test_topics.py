"""What is known of names: every topic is whole, and the names that operators meet are known."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadline.explain.topics as package
from leadline.base.discovery import discover
from leadline.base.text import Text
from leadline.explain.knowledge import find, meaning
from leadline.explain.topic import Topic
from leadline.snapshot.diff import Change

TOPICS = discover(package, Topic)

KNOWN_SETTINGS = """
fs.aio-max-nr fs.file-max fs.file-nr fs.inotify.max_user_instances fs.inotify.max_user_watches fs.nr_open
kernel.core_pattern kernel.keys.root_maxbytes kernel.keys.root_maxkeys kernel.keys.maxkeys kernel.panic
kernel.panic_on_oops kernel.pid_max kernel.random.boot_id kernel.sysrq kernel.threads-max kernel.tainted
net.bridge.bridge-nf-call-arptables net.bridge.bridge-nf-call-ip6tables net.bridge.bridge-nf-call-iptables
net.core.default_qdisc net.core.netdev_max_backlog net.core.rmem_max net.core.somaxconn
net.ipv4.conf.all.arp_announce net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.route_localnet
net.ipv4.conf.all.rp_filter net.ipv4.conf.cni0.forwarding net.ipv4.conf.flannel/1.rp_filter
net.ipv4.conf.veth1a2b3c4d.proxy_arp net.ipv4.conf.eth0.accept_redirects net.ipv4.conf.eth0.send_redirects
net.ipv4.ip_forward net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports
net.ipv4.neigh.default.gc_thresh1 net.ipv4.neigh.default.gc_thresh3 net.ipv6.neigh.default.gc_thresh2
net.ipv4.tcp_tw_reuse net.ipv4.vs.conntrack net.ipv4.vs.expire_nodest_conn
net.ipv4.vs.expire_quiescent_template net.ipv6.conf.all.disable_ipv6 net.ipv6.conf.all.forwarding
net.ipv6.conf.cni0.accept_ra net.netfilter.nf_conntrack_buckets net.netfilter.nf_conntrack_count
net.netfilter.nf_conntrack_max net.netfilter.nf_conntrack_tcp_timeout_close_wait net.nf_conntrack_max
net.netfilter.nf_conntrack_tcp_timeout_established user.max_user_namespaces vm.max_map_count
vm.overcommit_memory vm.panic_on_oom vm.swappiness
"""


@pytest.mark.parametrize("name", TOPICS)
def test_topic_is_whole(name: str) -> None:
    """Its pattern compiles, every text has both languages, the Korean one is Korean, and it names its source."""
    topic = TOPICS[name]
    re.compile(topic.pattern)
    texts = [topic.what, topic.usual, topic.advice, *topic.values.values()]
    texts += [text for peer in topic.peers for text in (peer.client, peer.why, peer.roles)]
    for text in texts:
        if text is None:
            continue
        assert isinstance(text, Text)
        assert text.en.strip() and text.ko.strip()
        assert not re.search(r"[가-힣]", text.en), text.en
    for text in (topic.what, topic.advice):
        assert text is None or re.search(r"[가-힣]", text.ko), text.ko
    assert topic.source.strip()


@pytest.mark.parametrize("kind", sorted({topic.kind for topic in TOPICS.values()}))
def test_no_pattern_is_there_twice(kind: str) -> None:
    patterns = sorted(topic.pattern for topic in TOPICS.values() if topic.kind == kind)
    assert [one for one, other in pairwise(patterns) if one == other] == []


@pytest.mark.parametrize("key", KNOWN_SETTINGS.split())
def test_settings_that_operators_meet_are_known(key: str) -> None:
    assert find(key, "sysctl"), key


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("net.ipv4.conf.all.rp_filter", "source must be reachable"),
        ("net.ipv4.conf.eth0.rp_filter", "source must be reachable"),
        ("net.ipv4.conf.all.forwarding", "the host routes packets"),
        ("net.ipv4.conf.eth0.forwarding", "arrive on this interface"),
        ("net.ipv4.conf.all.arp_ignore", "Which ARP requests are answered"),
        ("net.ipv4.conf.all.arp_notify", "takes part in ARP"),
        ("net.ipv4.conf.eth0.disable_policy", "A setting of one interface"),
        ("net.ipv4.neigh.default.gc_thresh3", "How many neighbours"),
        ("net.ipv4.neigh.eth0.retrans_time_ms", "A time or limit of the neighbour"),
        ("net.ipv4.vs.conntrack", "IPVS"),
    ],
)
def test_the_topic_of_a_name_counts_before_its_family_s(name: str, said: str) -> None:
    (topic,) = find(name)
    assert said in topic.what.en


def test_a_changed_setting_tells_its_old_and_new_meaning() -> None:
    found = meaning(Change("sysctl", "net.ipv4.ip_forward", "changed", "0", "1"))
    assert found is not None
    assert found.before is not None and found.after is not None
    assert found.before != found.after


def test_an_unknown_setting_has_no_meaning() -> None:
    assert meaning(Change("sysctl", "net.unheard.of", "changed", "0", "1")) is None


@pytest.mark.parametrize("name", TOPICS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_match_is_found_and_no_other(name: str, data: st.DataObject) -> None:
    """The look at a pattern's beginning, which saves compiling it, never loses a name; a general topic stands
    back where another speaks of the name itself."""
    topic = TOPICS[name]
    word = data.draw(st.from_regex(topic.pattern, fullmatch=True))
    found = find(word, topic.kind)
    assert found == [topic] or (topic.general and [each.general for each in found] == [False])
