"""containerd's configuration: written by an installer or a person, never by containerd itself."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if "/var/lib/rancher/" in change.key:
        return None
    witness = pair.side(change)
    proof = seen_apart(witness, "containerd", "containerd_config")
    if not proof:
        return None
    own = witness.saw("containerd_config", f"{change.key} = {change.entry}")
    how = f"{change.before} -> {change.after}" if change.kind == "changed" else str(change.entry)
    return Match((own, *proof), values={"key": change.key, "how": how, "matters": _matters(change.key)})


def _matters(key: str) -> Text:
    if key.endswith("SystemdCgroup"):
        return Text(
            "It must agree with the kubelet's cgroupDriver (systemd: true).",
            "kubelet의 cgroupDriver와 일치해야 합니다(systemd: true).",
        )
    if key.endswith(("sandbox_image", "pinned_images.sandbox")):
        return Text("It is the pause image of every pod.", "모든 파드의 pause 이미지입니다.")
    if key.endswith("disabled_plugins"):
        return Text(
            "With cri in it the kubelet finds no runtime.",
            "cri가 들어 있으면 kubelet이 런타임을 찾지 못합니다.",
        )
    return Text("containerd reads it at its start.", "containerd가 시작할 때 읽습니다.")


rule = Rule(
    name="containerd-settings",
    facts=("containerd_config",),
    component="administrator",
    class_="config",
    why=Text(
        "{key} ({how}): a person or an installer wrote it into containerd's configuration. {matters}",
        "{key}({how}): 사람이나 설치 도구가 containerd 설정에 작성했습니다. {matters}",
    ),
    group=Text("containerd's settings", "containerd 설정"),
    since="containerd 1.0",
    source="containerd/containerd docs/man/containerd-config.toml.5.md, docs/cri/config.md",
    match=match,
)
