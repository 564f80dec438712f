"""Static pods of the control plane: image and flags of each, from /etc/kubernetes/manifests."""

from typing import Any

from leadline.base.text import Text
from leadline.facts.concealment import conceal
from leadline.facts.parts import parts, show
from leadline.facts.reading import free_key, refused
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.yaml import load_yaml

_BROKEN = Text(
    "{path} is no pod manifest; the file was left out", "{path}: 파드 매니페스트가 아니어서 제외하였습니다"
)

# Values of environment variables never leave the host; static pods such as kube-vip keep passwords there.
_AWK = r"""
FNR == 1 { skip = 0; printf "==> %s <==\n", FILENAME }
skip { match($0, /^ */); if ($0 ~ /^ *$/ || RLENGTH > n || (RLENGTH == n && substr($0, n + 1, 2) == "- ")) next; skip = 0 }
/^ *(- )?env: *$/ { match($0, /^ *(- )?/); n = RLENGTH; skip = 1; sub(/env: *$/, "env: []") }
{ print }
"""


def parse(text: str) -> Parsed:
    """`<container> image` and `<container> --flag` → value ("" for a flag without one). Containers of a static
    pod are named after their component: kube-apiserver, kube-controller-manager, kube-scheduler, etcd."""
    found, problems = parts(text)
    entries: dict[str, str] = {}
    for part in found:
        containers = _containers(load_yaml(part.text))
        if containers is None:
            if not part.path:
                raise refused(text, "/etc/kubernetes/manifests/*.yaml")
            problems.append(Problem(_BROKEN.fill(path=part.path), part.line))
            continue
        for container in containers:
            _read(container, entries)
    return Parsed(entries, tuple(problems))


def _containers(tree: Any) -> list[dict[str, Any]] | None:
    spec = tree.get("spec") if isinstance(tree, dict) else None
    containers = spec.get("containers") if isinstance(spec, dict) else None
    if not isinstance(containers, list) or not all(
        isinstance(each, dict) and "name" in each for each in containers
    ):
        return None
    return containers


def _read(container: dict[str, Any], entries: dict[str, str]) -> None:
    name = str(container["name"])
    if "image" in container:
        entries[free_key(f"{name} image", entries)] = str(container["image"])
    for field in ("command", "args"):
        words = container.get(field)
        for word in words if isinstance(words, list) else ():
            flag, _, value = str(word).partition("=")
            if flag.startswith("-"):
                entries[free_key(f"{name} --{flag.lstrip('-')}", entries)] = conceal(flag, value)


source = Source(
    name="kubeadm_manifests",
    title=Text("static pods of the control plane", "컨트롤 플레인 정적 파드"),
    files={"kubeadm_manifests.txt": show("/etc/kubernetes/manifests/*.yaml", awk=_AWK)},
    aliases=("manifests", "static_pods"),
    parse=parse,
    paths=("etc/kubernetes/manifests/*.yaml", "etc/kubernetes/manifests/*.yml"),
)
