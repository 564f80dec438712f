"""The kernel filesystems of NFS client and server."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

PLACES = {"/run/rpc_pipefs": "rpc_pipefs", "/var/lib/nfs/rpc_pipefs": "rpc_pipefs", "/proc/fs/nfsd": "nfsd"}


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" or PLACES.get(change.key.partition(" #")[0]) != change.entry.fstype:
        return None
    side = pair.side(change)
    module = side.entries("modules").get("sunrpc" if change.entry.fstype == "rpc_pipefs" else "nfsd")
    loaded = (
        side.saw("modules", "sunrpc" if change.entry.fstype == "rpc_pipefs" else "nfsd") if module else None
    )
    packages = ("nfs-common", "nfs-utils", "nfs-kernel-server")
    evidence = seen_apart(side, "nfs", *MOUNT) or first(loaded, side.package(*packages))
    return Match(evidence) if evidence else None


rule = Rule(
    name="nfs-mounts",
    facts=("findmnt",),
    component="nfs",
    class_="derived",
    why=Text(
        "The kernel's own filesystem of the NFS client or server; it comes with nfs-common/nfs-utils, not with Kubernetes.",
        "NFS 클라이언트나 서버를 위한 커널 파일시스템입니다. nfs-common/nfs-utils에서 온 것이며 Kubernetes와는 관계없습니다.",
    ),
    since="nfs-utils 1.3",
    source="nfs-utils systemd/*.mount",
    match=match,
)
