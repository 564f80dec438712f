"""Values of the files that distributions ship, applied again by a boot or by `sysctl --system`."""

from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked, vendor_recorded
from leadline.explain.sysctl_keys import interface_of, leaf_of
from leadline.explain.sysctl_writers import at_work
from leadline.snapshot.diff import Change

VENDOR = {
    "fs.protected_fifos": ("1",),
    "fs.protected_hardlinks": ("1",),
    "fs.protected_regular": ("1", "2"),
    "fs.protected_symlinks": ("1",),
    "kernel.apparmor_restrict_unprivileged_userns": ("1",),
    "kernel.core_uses_pid": ("1",),
    "kernel.kptr_restrict": ("1",),
    "kernel.pid_max": ("4194304",),
    "kernel.printk": ("4\t4\t1\t7",),
    "kernel.sysrq": ("16", "176"),
    "kernel.unprivileged_bpf_disabled": ("1",),
    "kernel.yama.ptrace_scope": ("0", "1"),
    "net.core.default_qdisc": ("fq_codel",),
    "net.core.optmem_max": ("81920",),
    "net.ipv4.conf.all.rp_filter": ("1", "2"),
    "net.ipv4.conf.default.accept_source_route": ("0",),
    "net.ipv4.conf.default.promote_secondaries": ("1",),
    "net.ipv4.conf.default.rp_filter": ("1", "2"),
    "net.ipv4.ping_group_range": ("0\t2147483647",),
    "net.ipv4.tcp_syncookies": ("1",),
    "net.ipv6.conf.all.use_tempaddr": ("0", "2"),
    "net.ipv6.conf.default.use_tempaddr": ("0", "2"),
    "vm.max_map_count": ("1048576",),
    "vm.mmap_min_addr": ("65536",),
}
# systemd's file sets these on every interface too.
ON_INTERFACES = {"rp_filter": ("1", "2"), "accept_source_route": ("0",), "promote_secondaries": ("1",)}


def _vendor(change: Change) -> bool:
    if change.after in VENDOR.get(change.key, ()):
        return True
    name = interface_of(change.key)
    return (
        name is not None
        and change.key.startswith("net.ipv4.conf.")
        and change.after in ON_INTERFACES.get(leaf_of(change.key), ())
    )


@lru_cache(maxsize=4)
def _replayed(pair: Pair) -> tuple[str, ...]:
    """The settings, apart from single interfaces, that moved to a shipped file's value."""
    changes = [pair.change("sysctl", key) for key in VENDOR]
    return tuple(f"{each.key} = {each.after}" for each in changes if each is not None and _vendor(each))


def match(change: Change, pair: Pair) -> Match | None:
    if not _vendor(change) or vendor_recorded(pair.after) or asked(pair.after, change.key, change.after):
        return None
    if at_work(pair.after, change.key, change.after):
        return None
    moved = tuple(pair.after.saw("sysctl", text.replace("\t", " ")) for text in _replayed(pair)[:4])
    if len(moved) < (2 if reboot(pair) else 3):
        return None
    return Match((*reboot(pair), *moved), "likely")


rule = Rule(
    name="distribution-replay",
    facts=("sysctl",),
    component="distribution",
    class_="config",
    why=Text(
        "This is a value of the sysctl files that distributions ship, and several of those came back together: a boot, "
        "`sysctl --system` or an installer that runs it applied the files.",
        "배포판이 제공하는 sysctl 파일의 값이며, 그런 값 여러 개가 함께 되돌아왔습니다. 부팅, `sysctl --system` 또는 이를 "
        "실행하는 설치 프로그램이 파일을 적용하였습니다.",
    ),
    consequence=Text(
        "What had been set by hand while the host ran is lost by it.",
        "실행 중에 직접 설정한 값은 이때 사라집니다.",
    ),
    since="systemd 182; values of Debian 12, Ubuntu 20.04-24.04, RHEL and Rocky 8-10, Fedora 39",
    source="systemd/systemd sysctl.d/50-default.conf, 50-pid-max.conf; procps debian/sysctl.d; redhat-release 50-redhat.conf",
    kinds=("changed",),
    match=match,
)
