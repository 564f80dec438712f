"""Swap switched off, as the kubelet asks for by default."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not _off(change):
        return None
    steps = _other_steps(change, pair)
    kubelet = seen(pair.after, "kubelet")
    if not steps and not kubelet:
        return None
    own = pair.side(change).saw(change.fact, change.key)
    return Match((own, *steps, *kubelet), "shown" if steps else "likely", {"what": _what(change)})


def _off(change: Change) -> bool:
    """A swap device, fstab line or zram gone, or a swap unit masked."""
    if change.fact == "swaps":
        return change.kind == "removed"
    if change.fact == "fstab":
        return change.kind == "removed" and change.before.fstype == "swap"
    if change.fact == "zram":
        return change.kind == "removed" or (
            only(change, "disksize", "mountpoint") and not change.after.disksize
        )
    swap_unit = change.key == "swap.target" or change.key.endswith(".swap")
    return swap_unit and change.kind == "changed" and change.after.enabled.startswith("masked")


def _other_steps(change: Change, pair: Pair) -> tuple[Evidence, ...]:
    """The same decision elsewhere: switched off now, and kept from coming back at boot."""
    return tuple(
        pair.side(other).saw(fact, f"{other.key} ({kind})")
        for fact in ("swaps", "fstab", "zram", "unit_files")
        for kind in ("removed", "changed")
        for other in pair.changes(fact, kind)
        if fact != change.fact and _off(other)
    )


def _what(change: Change) -> Text:
    if change.fact == "swaps":
        return Text(f"{change.key} no longer serves as swap", f"{change.key}을(를) 스왑으로 쓰지 않습니다")
    if change.fact == "fstab":
        return Text("the swap line is no longer in /etc/fstab", "/etc/fstab에 스왑 줄이 없습니다")
    if change.fact == "zram":
        return Text(f"{change.key} is gone", f"{change.key}이(가) 없습니다")
    return Text(f"{change.key} is masked", f"{change.key}이(가) 마스킹되었습니다")


rule = Rule(
    name="swap-off",
    facts=("swaps", "fstab", "zram", "unit_files"),
    component="administrator",
    class_="config",
    why=Text(
        "Somebody switched swap off ({what}). Installation guides ask for it: by default the kubelet refuses to start with swap on.",
        "누군가 스왑을 껐습니다({what}). 설치 안내에 있는 단계로, kubelet은 기본값에서 스왑이 켜져 있으면 시작하지 않습니다.",
    ),
    consequence=Text(
        "Without swap a shortage of memory ends in the OOM killer. Where only `swapoff` was run, a reboot brings swap back.",
        "스왑이 없으면 메모리가 부족할 때 OOM killer가 동작합니다. `swapoff`만 실행했다면 재부팅 때 스왑이 돌아옵니다.",
    ),
    since="Kubernetes 1.8 (failSwapOn); with NodeSwap, stable in 1.34, swap may stay",
    source="kubernetes/kubernetes pkg/kubelet/cm/container_manager_linux.go; cmd/kubeadm/app/preflight/checks.go SwapCheck",
    match=match,
)
