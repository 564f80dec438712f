"""AppArmor profiles that container engines and packages load."""

import re

from leadline.base.text import Text
from leadline.explain.components import SIGNS, seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# Profile -> the engine that loads it, the package that ships it.
_LOADERS = (
    (re.compile(r"profile cri-containerd\.apparmor\.d"), "containerd"),
    (re.compile(r"profile docker-default"), "docker"),
    (re.compile(r"profile crio-default.*"), "cri-o"),
    (re.compile(r"profile containers-default-.*"), "podman"),
    (re.compile(r"profile (snap\.|snap-update-ns\.|/snap/|/usr/lib/snapd/).*"), "snapd"),
    (re.compile(r"profile (libvirt|virt-aa-helper|/usr/sbin/libvirtd|/usr/lib/libvirt/).*"), "libvirt"),
    (re.compile(r"profile (lxc-|lxd-|/usr/bin/lxc-start|incus-).*"), "lxd"),
)


def match(change: Change, pair: Pair) -> Match | None:
    loader = next((name for pattern, name in _LOADERS if pattern.fullmatch(change.key)), None)
    if loader is None or loader not in SIGNS:
        return None
    witness = pair.side(change)
    proof = seen_apart(witness, loader, "apparmor")
    if not proof:
        return None
    own = witness.saw("apparmor", f"{change.key} ({change.entry})")
    return Match((own, *proof), values={"profile": change.key.removeprefix("profile "), "loader": loader})


rule = Rule(
    name="apparmor-profiles",
    facts=("apparmor",),
    component="distribution",
    class_="derived",
    why=Text(
        "{loader} loads the profile {profile} into the kernel for its containers or programs.",
        "{loader}이(가) 컨테이너나 프로그램을 위해 프로필 {profile}을(를) 커널에 올립니다.",
    ),
    group=Text("AppArmor profiles", "AppArmor 프로필"),
    since="containerd 1.0, Docker 1.13",
    source="containerd/containerd contrib/apparmor/template.go load; moby/profiles apparmor/apparmor.go; snapcore/snapd interfaces/apparmor",
    match=match,
)
