"""NFS: rpcbind, the RPC daemons on random ports, and the kernel's own server without a process."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.listening import any_port, held_by, line
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_RPC = ("rpc.statd", "rpc.mountd", "rpc.rquotad", "rpcbind")
_WHAT = {
    "rpcbind": Text("directory of RPC services", "RPC 서비스 목록"),
    "rpc.statd": Text("lock recovery", "잠금 복구"),
    "rpc.mountd": Text("mount requests", "마운트 요청"),
    "rpc.rquotad": Text("quotas", "쿼터"),
    "": Text("NFS server in the kernel", "커널의 NFS 서버"),
}


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if only(change, "pids", "fds", "port"):
        return None
    if listener.processes:
        program = next((name for name in _RPC if held_by(listener, (name,))), None)
        if program is None or (program == "rpcbind" and listener.port != 111):
            return None
        found = any_port(change, pair, "nfs", (program,))
        return found and Match(found.evidence, found.certainty, {**found.values, "what": _WHAT[program]})
    if listener.port != 2049:
        return None
    proof = seen_apart(pair.side(change), "nfs", "ss")
    values = {"port": 2049, "what": _WHAT[""]}
    return Match((line(change, pair), *proof), values=values) if proof else None


rule = Rule(
    name="nfs-listeners",
    facts=("ss",),
    component="nfs",
    class_="config",
    why=Text("NFS: {what}, port {port}.", "NFS: {what}(포트 {port})."),
    consequence=Text(
        "Not Kubernetes: NFS packages are on this host. rpcbind and its daemons should not be open to the internet.",
        "쿠버네티스가 아니라 이 호스트에 설치된 NFS입니다. rpcbind와 관련 데몬은 인터넷에 열어 두지 마십시오.",
    ),
    since="nfs-utils 1.2",
    source="rpcbind(8), rpc.statd(8), rpc.mountd(8); linux fs/nfsd/nfssvc.c",
    match=match,
)
