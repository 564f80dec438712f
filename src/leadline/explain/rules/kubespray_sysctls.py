"""The kernel settings that kubespray's roles write into /etc/sysctl.d/99-sysctl.conf."""

from leadline.base.text import Text
from leadline.explain.kubespray import KUBELET_SETTINGS, NODE_PORTS, marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_defaults import is_default
from leadline.snapshot.diff import Change

SETTINGS = {
    **KUBELET_SETTINGS,
    "net.ipv4.ip_local_reserved_ports": NODE_PORTS,
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.bridge.bridge-nf-call-iptables": "1",
    "net.bridge.bridge-nf-call-arptables": "1",
    "net.bridge.bridge-nf-call-ip6tables": "1",
    "fs.may_detach_mounts": "1",
    "fs.inotify.max_user_instances": "8192",
}


def match(change: Change, pair: Pair) -> Match | None:
    if change.key == "kernel.hostname" and change.kind == "changed" and not marks(pair.before):
        return Match(marks(pair.after), "likely")
    if change.kind == "removed" or change.key not in SETTINGS:
        return None
    if change.kind == "added" and is_default(change.key, change.after):
        return None  # the module's own value: nobody had to write it
    if change.after == SETTINGS[change.key]:
        evidence = marks(pair.after)
        written = any(each.fact == "sysctl_conf" for each in evidence)
        return Match(evidence, "shown" if written else "likely") if evidence else None
    if (
        change.before == SETTINGS[change.key]
        and is_default(change.key, change.after)
        and not marks(pair.after)
    ):
        return Match(marks(pair.before), "likely")
    return None


rule = Rule(
    name="kubespray-sysctls",
    facts=("sysctl",),
    component="kubespray",
    class_="config",
    why=Text(
        "Kubespray writes this into /etc/sysctl.d/99-sysctl.conf: the NodePort range kept free of local ports, "
        "forwarding for pods, and the values the kubelet checks for with protectKernelDefaults. It also names "
        "each host after its inventory.",
        "kubespray가 /etc/sysctl.d/99-sysctl.conf에 씁니다. NodePort 범위를 로컬 포트에서 제외하고, 파드를 위해 포워딩을 켜며, "
        "kubelet이 protectKernelDefaults로 확인하는 값을 미리 맞춥니다. 호스트 이름도 인벤토리대로 정합니다.",
    ),
    consequence=Text(
        "The file brings the value back at each boot. Where `reset.yml` deletes it (newer releases), the value still "
        "stays until the next boot.",
        "파일이 있는 동안 부팅할 때마다 값이 다시 적용됩니다. `reset.yml`이 파일을 지우는 최신 버전에서도 값은 다음 부팅까지 "
        "남습니다.",
    ),
    since="kubespray v2.23-v2.31",
    source="kubernetes-sigs/kubespray roles/kubernetes/preinstall/tasks/0080-system-configurations.yml, roles/kubernetes/node/tasks/main.yml",
    keys=(*SETTINGS, "kernel.hostname"),
    match=match,
)
