"""/run/netns bound to itself, so that named network namespaces can be shared."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.key not in ("/run/netns", "/var/run/netns") or change.entry.fstype != "tmpfs":
        return None
    side = pair.side(change)
    for path, mount in side.entries("findmnt").items():
        if path.startswith(f"{change.key}/") and mount.fstype == "nsfs":
            return Match((side.saw("findmnt", f"{path} nsfs"),))
    return None


rule = Rule(
    name="netns-directory",
    facts=("findmnt", "df"),
    component="kernel",
    class_="derived",
    why=Text(
        "The directory of named network namespaces is bound to itself with the first of them (`ip netns add`, Podman "
        "and CNI do so), which lets other mount namespaces see them; each may appear twice in findmnt because of it.",
        "이름 있는 네트워크 네임스페이스가 처음 생길 때 그 디렉터리를 자기 자신에 바인드한 것입니다(`ip netns add`, "
        "Podman, CNI). 다른 마운트 네임스페이스에서도 보이게 하며, 그래서 findmnt에 두 번씩 나올 수 있습니다.",
    ),
    since="iproute2 3.9",
    source="iproute2 ip/ipnetns.c netns_add",
    match=match,
)
