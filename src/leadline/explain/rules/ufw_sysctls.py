"""ufw plays its own sysctl file when it is enabled."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import REDIRECTS, written
from leadline.snapshot.diff import Change

# Forwarding alone moves only ipv4.conf.all; `default` moves by a file such as ufw's.
TOLD = ("net.ipv4.conf.default.accept_redirects", "net.ipv6.conf.default.accept_redirects")
SETTINGS = {
    **{key: values[0] for key, values in REDIRECTS.items()},
    "net.ipv4.conf.all.log_martians": "0",
    "net.ipv4.conf.default.log_martians": "0",
    "net.ipv4.icmp_echo_ignore_broadcasts": "1",
    "net.ipv4.icmp_ignore_bogus_error_responses": "1",
    "net.ipv4.icmp_echo_ignore_all": "0",
}


def match(change: Change, pair: Pair) -> Match | None:
    if change.after != SETTINGS[change.key]:
        return written(change, pair, "ufw")
    if not any(pair.change("sysctl", key) for key in TOLD) or not pair.after.sysctls(SETTINGS):
        return None
    author = seen(pair.after, "ufw")
    if not author:
        return None
    chains = tuple(each for each in (pair.after.chains("ufw-"),) if each)
    return Match((*author, *chains), "likely" if seen(pair.before, "ufw") else "shown")


rule = Rule(
    name="ufw-sysctls",
    facts=("sysctl",),
    component="ufw",
    class_="config",
    why=Text(
        "ufw applies /etc/ufw/sysctl.conf when it is enabled: no ICMP redirects, no martian log, no answer to broadcast pings.",
        "ufw가 켜질 때 /etc/ufw/sysctl.conf를 적용합니다. ICMP redirect를 받지 않고, martian 로그를 남기지 않으며, "
        "브로드캐스트 ping에 응답하지 않습니다.",
    ),
    consequence=Text(
        "The file outranks /etc/sysctl.d, because it is applied when the firewall starts, after systemd-sysctl.",
        "systemd-sysctl 이후 방화벽이 시작할 때 적용되므로 /etc/sysctl.d보다 우선합니다.",
    ),
    since="ufw 0.35",
    source="ufw conf/sysctl.conf, src/ufw-init-functions",
    keys=SETTINGS,
    kinds=("added", "changed"),
    match=match,
)
