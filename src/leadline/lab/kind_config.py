"""The lab's topology as a configuration of kind (kind.x-k8s.io/v1alpha4).

Fields as kind's pkg/apis/config/v1alpha4/types.go has them. The kubeadm patches carry no apiVersion and the flags
as a map: kind applies them to kubeadm's v1beta3 and, where it uses v1beta4 (Kubernetes 1.36), translates them.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.lab.plan import SERVICES, ProxyMode

_NAME = re.compile(r"[a-z0-9.-]+")
_BEGINNING = Text(
    """\
# The same topology as `leadline lab up`, for kind: a control plane and workers without a CNI plugin.
#
#   kind create cluster --config kind.yaml
#
# The nodes stay NotReady until Flannel is there. kind's node image has no `bridge` plugin, which flannel calls:
# take it from a release of https://github.com/containernetworking/plugins and copy it to every node first.
#
#   for node in $(kind get nodes --name {name}); do docker cp bridge "$node:/opt/cni/bin/bridge"; done
#   kubectl apply -f https://github.com/flannel-io/flannel/releases/latest/download/kube-flannel.yml
""",
    """\
# `leadline lab up`과 같은 구성의 kind 설정입니다. CNI 플러그인이 없는 컨트롤 플레인과 워커를 만듭니다.
#
#   kind create cluster --config kind.yaml
#
# Flannel을 설치하기 전까지 노드는 NotReady입니다. kind의 노드 이미지에는 flannel이 호출하는 `bridge` 플러그인이
# 없으므로 https://github.com/containernetworking/plugins 릴리스에서 받아 먼저 모든 노드에 복사하십시오.
#
#   for node in $(kind get nodes --name {name}); do docker cp bridge "$node:/opt/cni/bin/bridge"; done
#   kubectl apply -f https://github.com/flannel-io/flannel/releases/latest/download/kube-flannel.yml
""",
)
_NETWORK = Text(
    "# Flannel's Network in the ConfigMap kube-flannel-cfg is 10.244.0.0/16: change it there to {cidr}, too.\n",
    "# kube-flannel-cfg ConfigMap의 Network는 10.244.0.0/16입니다. 그곳도 {cidr}로 바꾸십시오.\n",
)
_METRICS = Text(
    "# Metrics are served on every address instead of loopback, so that Prometheus reaches them.",
    "# 메트릭을 루프백 대신 모든 주소에서 제공하여 Prometheus가 접근할 수 있게 합니다.",
)
_PORTS = Text(
    "# These ports of this machine lead to node ports.", "# 이 머신의 포트를 노드 포트로 연결합니다."
)
_FLANNEL = IPv4Network("10.244.0.0/16")
_PATCHES = """\
  - |
    kind: ClusterConfiguration
    controllerManager:
      extraArgs:
        bind-address: 0.0.0.0
    scheduler:
      extraArgs:
        bind-address: 0.0.0.0
    etcd:
      local:
        extraArgs:
          listen-metrics-urls: http://0.0.0.0:2381
  - |
    kind: KubeProxyConfiguration
    metricsBindAddress: 0.0.0.0:10249
"""


def written(
    *, name: str, nodes: int, publish: Sequence[tuple[int, int]], pod_cidr: IPv4Network, proxy: ProxyMode
) -> Text:
    """The file. `nodes`: with the control plane; `publish`: (port of the machine, node port), which kind forwards
    to the control plane: node ports answer on every node. Raises UsageError for a name that kind refuses."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            Text(
                f"--name {name!r}: small letters, digits, dots and hyphens only",
                f"--name {name!r}: 영문 소문자, 숫자, 점, 하이픈만 쓸 수 있습니다",
            )
        )
    beginning = _BEGINNING.fill(name=name)
    if pod_cidr != _FLANNEL:
        more = _NETWORK.fill(cidr=pod_cidr)
        beginning = Text(f"{beginning.en}#\n{more.en}", f"{beginning.ko}#\n{more.ko}")
    return Text(
        *(
            beginning[lang]
            + f'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: "{name}"\nnodes:\n- role: control-plane\n'
            + _mappings(publish, _PORTS[lang])
            + f"  {_METRICS[lang]}\n  kubeadmConfigPatches:\n{_PATCHES}"
            + "- role: worker\n" * (nodes - 1)
            + f"networking:\n  disableDefaultCNI: true\n  podSubnet: {pod_cidr}\n  serviceSubnet: {SERVICES}\n"
            f"  kubeProxyMode: {proxy}\n"
            for lang in ("en", "ko")
        )
    )


def _mappings(publish: Sequence[tuple[int, int]], why: str) -> str:
    if not publish:
        return ""
    lines = [
        f"  - containerPort: {node_port}\n    hostPort: {port}\n    listenAddress: 127.0.0.1\n    protocol: TCP\n"
        for port, node_port in publish
    ]
    return f"  {why}\n  extraPortMappings:\n" + "".join(lines)
