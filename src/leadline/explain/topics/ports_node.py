"""Ports of every node: kubelet, kube-proxy, runtime, NodePorts."""

from leadline.base.text import Text
from leadline.explain.topic import Peer, Topic

_CONTROL = Text("control plane to every node", "컨트롤 플레인에서 모든 노드로")
_EVERY = Text("every node", "모든 노드")
_NODE_ITSELF = Text("the node itself", "노드 자신")
_OUTSIDE = Text("outside the cluster", "클러스터 외부")

topics = (
    Topic(
        kind="port",
        pattern="10250/tcp",
        what=Text(
            "the kubelet's HTTPS API: logs, exec, attach, port-forward and metrics of its pods",
            "kubelet의 HTTPS API. 파드의 로그, exec, attach, port-forward와 메트릭을 제공합니다",
        ),
        owner="kubelet",
        usual=Text(
            "every address (kubeadm, k3s); the node's address (kubespray)",
            "모든 주소(kubeadm, k3s), 노드 주소(kubespray)",
        ),
        peers=(
            Peer(
                client=Text("kube-apiserver", "kube-apiserver"),
                server="kubelet",
                why=Text(
                    "`kubectl logs`, `exec`, `attach`, `port-forward`, `top` through the node's proxy",
                    "`kubectl logs`, `exec`, `attach`, `port-forward` 등의 요청을 전달합니다",
                ),
                roles=_CONTROL,
            ),
            Peer(
                client=Text("metrics-server, Prometheus", "metrics-server, Prometheus"),
                server="kubelet",
                why=Text("resource figures of nodes and pods", "노드와 파드의 리소스 사용량"),
                roles=_EVERY,
            ),
        ),
        advice=Text(
            "Open it to the control plane and to metrics-server, not to the world: it gives exec into every pod. Pods are not "
            "started through it and status is not reported on it: for both the kubelet connects to the apiserver's 6443.",
            "모든 파드에 exec할 수 있는 포트이므로 컨트롤 플레인과 metrics-server에만 여십시오. 파드 생성 지시나 상태 보고는 이 "
            "포트로 오가지 않으며, 둘 다 kubelet이 apiserver의 6443에 접속하여 처리합니다.",
        ),
        source="kubernetes pkg/kubelet/server/server.go, pkg/cluster/ports/ports.go",
    ),
    Topic(
        kind="port",
        pattern="10255/tcp",
        what=Text(
            "the kubelet's old read-only API: HTTP without authentication, shows all pods of the node",
            "kubelet의 이전 읽기 전용 API. 인증 없는 HTTP로 노드의 모든 파드 정보를 보여 줍니다",
        ),
        owner="kubelet",
        usual=Text("off (readOnlyPort: 0)", "꺼짐(readOnlyPort: 0)"),
        advice=Text("Keep it off.", "꺼 두십시오."),
        source="kubernetes pkg/kubelet/apis/config/v1beta1/defaults.go; cmd/kubeadm/app/componentconfigs/kubelet.go",
    ),
    Topic(
        kind="port",
        pattern="10248/tcp",
        what=Text("the kubelet's health check (`/healthz`)", "kubelet의 헬스 체크(`/healthz`)"),
        owner="kubelet",
        usual=Text("loopback", "loopback"),
        peers=(
            Peer(
                client=Text("kubeadm, monitoring on the node", "kubeadm, 노드의 모니터링"),
                server="kubelet",
                why=Text("is it alive", "동작 여부 확인"),
                roles=_NODE_ITSELF,
            ),
        ),
        advice=Text("Nothing to open.", "열 필요가 없습니다."),
        source="kubernetes pkg/cluster/ports/ports.go",
    ),
    Topic(
        kind="port",
        pattern="10249/tcp",
        what=Text("kube-proxy's metrics: HTTP without authentication", "kube-proxy의 메트릭(인증 없는 HTTP)"),
        owner="kube-proxy",
        usual=Text("loopback", "loopback"),
        peers=(
            Peer(
                client=Text("Prometheus, where it was opened", "Prometheus(열어 둔 경우)"),
                server="kube-proxy",
                why=Text("metrics, and `/proxyMode`", "메트릭과 `/proxyMode`"),
                roles=_EVERY,
            ),
        ),
        advice=Text("Leave it on loopback unless it is scraped.", "수집하지 않는다면 loopback에 두십시오."),
        source="kubernetes pkg/proxy/apis/config/v1alpha1/defaults.go",
    ),
    Topic(
        kind="port",
        pattern="10256/tcp",
        what=Text(
            "kube-proxy's health check: whether this node takes service traffic",
            "kube-proxy의 헬스 체크. 노드가 서비스 트래픽을 받을 수 있는지 알려 줍니다",
        ),
        owner="kube-proxy",
        usual=Text(
            "every address (kubeadm, kubespray); loopback (k3s)",
            "모든 주소(kubeadm, kubespray), loopback(k3s)",
        ),
        peers=(
            Peer(
                client=Text("load balancers of the cloud or the site", "클라우드나 사내의 로드 밸런서"),
                server="kube-proxy",
                why=Text(
                    "take a node that is going away out of rotation", "내려갈 노드를 분산 대상에서 제외합니다"
                ),
                roles=_EVERY,
            ),
        ),
        advice=Text(
            "Open it to the load balancers in front of NodePorts; without such, to nobody.",
            "NodePort 앞의 로드 밸런서에만 여십시오. 로드 밸런서가 없으면 열 필요가 없습니다.",
        ),
        source="kubernetes pkg/proxy/healthcheck/proxy_health.go",
    ),
    Topic(
        kind="port",
        pattern=r"(30000-32767|(3[01]\d{3}|32[0-6]\d{2}|327[0-5]\d|3276[0-7]))/(tcp|udp|sctp)",
        what=Text(
            "NodePorts: a service's port on every node, translated by kube-proxy's rules in the kernel",
            "NodePort. 모든 노드에서 열리는 서비스 포트로, kube-proxy가 넣은 커널 규칙이 변환합니다",
        ),
        owner="kube-proxy",
        usual=Text(
            "every address, without a listening socket (iptables, ipvs); the primary address (nftables)",
            "모든 주소, listen 소켓 없음(iptables, ipvs), 기본 주소(nftables)",
        ),
        peers=(
            Peer(
                client=Text("users, load balancers", "사용자, 로드 밸런서"),
                server="kube-proxy",
                why=Text(
                    "the node's kernel sends the connection on to a pod, here or on another node",
                    "노드의 커널이 연결을 이 노드나 다른 노드의 파드로 보냅니다",
                ),
                roles=_OUTSIDE,
            ),
        ),
        advice=Text(
            "Open only what is published. ss does not show NodePorts, and the kubelet has no part in routing them.",
            "공개하는 포트만 여십시오. NodePort는 ss에 보이지 않으며, kubelet은 이 트래픽의 라우팅에 관여하지 않습니다.",
        ),
        source="kubernetes pkg/proxy/iptables/proxier.go, pkg/proxy/nftables/proxier.go; apiserver --service-node-port-range",
    ),
    Topic(
        kind="port",
        pattern="10010/tcp",
        what=Text(
            "containerd's CRI streaming where its port is fixed (k3s, RKE2)",
            "포트를 고정한 containerd의 CRI 스트리밍(k3s, RKE2)",
        ),
        owner="containerd",
        usual=Text("loopback", "loopback"),
        advice=Text("Nothing to open.", "열 필요가 없습니다."),
        source="k3s pkg/agent/templates/templates.go; containerd internal/cri/server/streaming.go",
    ),
    Topic(
        kind="port",
        pattern="9100/tcp",
        what=Text("node-exporter: figures about the host", "node-exporter. 호스트의 지표"),
        owner="node-exporter",
        usual=Text("every address", "모든 주소"),
        peers=(
            Peer(
                client=Text("Prometheus", "Prometheus"),
                server="node-exporter",
                why=Text("metrics", "메트릭 수집"),
                roles=_EVERY,
            ),
        ),
        advice=Text(
            "Open it to the monitoring only; it has no authentication.",
            "인증이 없으므로 모니터링 호스트에만 여십시오.",
        ),
        source="prometheus/node_exporter README.md",
    ),
    Topic(
        kind="port",
        pattern="22/tcp",
        what=Text("login over SSH", "SSH 로그인"),
        owner="sshd",
        usual=Text("every address", "모든 주소"),
        advice=Text(
            "Open it to administrators; Kubernetes does not use it.",
            "관리자에게만 여십시오. 쿠버네티스는 사용하지 않습니다.",
        ),
        source="sshd_config(5)",
    ),
    Topic(
        kind="port",
        pattern="9090/tcp",
        what=Text(
            "Cockpit's web console where systemd holds the socket; else often Prometheus",
            "systemd가 소켓을 열고 있으면 Cockpit 웹 콘솔, 아니면 대개 Prometheus",
        ),
        owner="cockpit",
        usual=Text("every address (RHEL family)", "모든 주소(RHEL 계열)"),
        advice=Text(
            "Not Kubernetes: close it where nobody uses the console.",
            "쿠버네티스와 무관하므로 쓰지 않으면 닫으십시오.",
        ),
        source="cockpit src/systemd/cockpit.socket.in",
    ),
)
