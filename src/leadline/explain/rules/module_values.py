"""Lists of what the kernel can do at the moment: they grow as modules are loaded."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

LISTS = {
    "net.ipv4.tcp_available_congestion_control",
    "net.ipv4.tcp_allowed_congestion_control",
    "net.ipv4.tcp_available_ulp",
    "net.mptcp.available_path_managers",
    "net.mptcp.available_schedulers",
    "sunrpc.transports",
}
_LOG = re.compile(r"net\.netfilter\.nf_log\.\d+")
LOGGERS = {
    "NONE",
    "nf_log_syslog",
    "nfnetlink_log",
    "nf_log_ipv4",
    "nf_log_ipv6",
    "nf_log_bridge",
    "nf_log_arp",
}
_MODULES = {
    "bbr": "tcp_bbr",
    "nfnetlink_log": "nfnetlink_log",
    "tls": "tls",
    "espintcp": "esp4",
    "mptcp": "mptcp",
}


def match(change: Change, pair: Pair) -> Match | None:
    if change.key in LISTS:
        before, after = set(change.before.split()), set(change.after.split())
        names = sorted(before ^ after)
        if not names:
            return None
        seen = [pair.after.saw("sysctl", f"{change.key}: {change.before or '-'} -> {change.after or '-'}")]
    elif _LOG.fullmatch(change.key) and {change.before, change.after} <= LOGGERS:
        names = [change.after if change.after != "NONE" else change.before]
        seen = [pair.after.saw("sysctl", f"{change.key}: {change.before} -> {change.after}")]
    else:
        return None
    for name in names:
        for module in (_MODULES.get(name, name), f"tcp_{name}"):
            if pair.change("modules", module) is not None:
                seen.append(pair.after.saw("modules", module))
    return Match(
        tuple(seen), "shown" if len(seen) > 1 else "likely", {"names": ", ".join(names).replace("\n", " ")}
    )


rule = Rule(
    name="module-values",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel lists here what it can do at the moment; {names} came or went as a module was loaded or unloaded.",
        "커널이 현재 사용할 수 있는 것을 나열합니다. 모듈이 올라오거나 내려가면서 {names}이(가) 생기거나 사라졌습니다.",
    ),
    since="every kernel",
    source="linux net/ipv4/tcp_cong.c, net/ipv4/tcp_ulp.c, net/netfilter/nf_log.c, net/sunrpc/sysctl.c",
    keys=(*LISTS, "net.netfilter.nf_log.*"),
    match=match,
)
