"""Packages that another package drew in."""

from leadline.base.text import Text
from leadline.explain.package_families import drawn_in_by
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

# Tools that engines of containers need; the engine shows itself by its unit where its package was kept.
_ENGINES = ("containerd.service", "docker.service", "crio.service", "podman.service")
_TOOLS = ("runc", "crun", "conmon", "containernetworking-plugins")


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed":
        return None
    root = drawn_in_by(pair, change.key, change.kind) or _engine(change, pair)
    if root is None:
        return None
    own = pair.side(change).saw("packages", f"{change.key} {change.entry.version}")
    return Match((own, root), values={"package": change.key, "root": root.text.split()[0]})


def _engine(change: Change, pair: Pair) -> Evidence | None:
    if change.key not in _TOOLS:
        return None
    for unit in _ENGINES:
        moved = pair.change("services", unit)
        if moved is not None and moved.kind == change.kind:
            return pair.side(change).saw("services", f"{unit} ({moved.kind})")
    return None


rule = Rule(
    name="package-dependencies",
    facts=("packages",),
    component="distribution",
    class_="derived",
    why=Text(
        "{package} is a dependency or recommendation of {root}, which came or went at the same time.",
        "{package}은(는) 같은 시점에 설치되거나 제거된 {root}의 의존성 또는 권장 패키지입니다.",
    ),
    group=Text("packages drawn in by others", "다른 패키지가 끌어온 패키지"),
    since="Debian 12, Ubuntu 22.04, Rocky 9; pkgs.k8s.io",
    source="Depends and Recommends of the packages named in package_families.py",
    match=match,
)
