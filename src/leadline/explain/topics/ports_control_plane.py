"""Ports of the control plane: who connects to whom, and why."""

from leadline.base.text import Text
from leadline.explain.topic import Peer, Topic

_CONTROL = Text("control plane", "컨트롤 플레인")
_EVERY = Text("every node", "모든 노드")
_OUTSIDE = Text("outside the cluster", "클러스터 외부")
_NODE_ITSELF = Text("the node itself", "노드 자신")

topics = (
    Topic(
        kind="port",
        pattern="6443/tcp",
        what=Text(
            "the apiserver's HTTPS API: everything that reads or changes the cluster goes through it",
            "apiserver의 HTTPS API. 클러스터를 읽거나 바꾸는 모든 요청이 거쳐 갑니다",
        ),
        owner="kube-apiserver",
        usual=Text("every address (kubeadm, kubespray, k3s)", "모든 주소(kubeadm, kubespray, k3s)"),
        peers=(
            Peer(
                client=Text("kubectl and other clients", "kubectl 등 클라이언트"),
                server="kube-apiserver",
                why=Text("requests of people and tools", "사람과 도구의 요청"),
                roles=_OUTSIDE,
            ),
            Peer(
                client=Text("the kubelet of each node", "각 노드의 kubelet"),
                server="kube-apiserver",
                why=Text(
                    "watches for the pods assigned to its node and reports their status and its own",
                    "자기 노드에 배정된 파드를 watch하고, 파드와 노드의 상태를 보고합니다",
                ),
                roles=_EVERY,
            ),
            Peer(
                client=Text("kube-scheduler", "kube-scheduler"),
                server="kube-apiserver",
                why=Text(
                    "watches for pods without a node and writes the chosen node back",
                    "노드가 정해지지 않은 파드를 watch하고 선택한 노드를 기록합니다",
                ),
                roles=_CONTROL,
            ),
            Peer(
                client=Text("kube-controller-manager", "kube-controller-manager"),
                server="kube-apiserver",
                why=Text(
                    "watches objects and creates what they ask for",
                    "오브젝트를 watch하고 필요한 것을 만듭니다",
                ),
                roles=_CONTROL,
            ),
            Peer(
                client=Text(
                    "kube-proxy, flanneld, CoreDNS and other pods", "kube-proxy, flanneld, CoreDNS 등 파드"
                ),
                server="kube-apiserver",
                why=Text("watch services, endpoints and nodes", "서비스, 엔드포인트, 노드를 watch합니다"),
                roles=_EVERY,
            ),
        ),
        advice=Text(
            "Open it to all nodes and to administrators. Connections always go towards it: the apiserver never hands work "
            "out on another component's port.",
            "모든 노드와 관리자에게 여십시오. 연결은 항상 apiserver를 향하며, apiserver가 다른 구성 요소의 포트로 작업을 "
            "나눠 주지는 않습니다.",
        ),
        source="kubernetes.io reference: ports and protocols; kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go",
    ),
    Topic(
        kind="port",
        pattern="2379/tcp",
        what=Text(
            "etcd's client API: the whole state of the cluster, secrets included",
            "etcd의 클라이언트 API. 시크릿을 포함한 클러스터의 모든 상태를 담고 있습니다",
        ),
        owner="etcd",
        usual=Text(
            "the node's address and loopback (kubeadm, kubespray)", "노드 주소와 loopback(kubeadm, kubespray)"
        ),
        peers=(
            Peer(
                client=Text("kube-apiserver", "kube-apiserver"),
                server="etcd",
                why=Text("reads, writes and watches every object", "모든 오브젝트를 읽고 쓰고 watch합니다"),
                roles=_CONTROL,
            ),
            Peer(
                client=Text("etcdctl, backup jobs", "etcdctl, 백업 작업"),
                server="etcd",
                why=Text("snapshots and health", "스냅샷과 상태 확인"),
                roles=_CONTROL,
            ),
        ),
        advice=Text(
            "Open it between control-plane nodes only: its client certificate is worth as much as the cluster.",
            "컨트롤 플레인 노드 사이에만 여십시오. 클라이언트 인증서 하나로 클러스터 전체를 다룰 수 있습니다.",
        ),
        source="kubernetes cmd/kubeadm/app/phases/etcd/local.go; etcd documentation: configuration options",
    ),
    Topic(
        kind="port",
        pattern="2380/tcp",
        what=Text("etcd's peer traffic: replication and elections", "etcd 멤버 사이의 복제와 리더 선출"),
        owner="etcd",
        usual=Text("the node's address only, not loopback", "노드 주소만(loopback 없음)"),
        peers=(
            Peer(
                client=Text("the other etcd members", "다른 etcd 멤버"),
                server="etcd",
                why=Text("Raft: log replication and votes", "Raft 로그 복제와 투표"),
                roles=_CONTROL,
            ),
        ),
        advice=Text(
            "Open it between control-plane nodes only; a single node needs it from nobody.",
            "컨트롤 플레인 노드 사이에만 여십시오. 단일 노드라면 열 필요가 없습니다.",
        ),
        source="kubernetes cmd/kubeadm/app/phases/etcd/local.go; etcd documentation: configuration options",
    ),
    Topic(
        kind="port",
        pattern="2381/tcp",
        what=Text(
            "etcd's metrics and health check: plain HTTP without authentication",
            "etcd의 메트릭과 헬스 체크(인증 없는 평문 HTTP)",
        ),
        owner="etcd",
        usual=Text("loopback (kubeadm); off with kubespray", "loopback(kubeadm), kubespray에서는 꺼짐"),
        peers=(
            Peer(
                client=Text("the kubelet's probes", "kubelet의 프로브"),
                server="etcd",
                why=Text(
                    "liveness, readiness and startup of the etcd pod",
                    "etcd 파드의 liveness, readiness, startup 검사",
                ),
                roles=_CONTROL,
            ),
            Peer(
                client=Text("Prometheus, where it was opened", "Prometheus(열어 둔 경우)"),
                server="etcd",
                why=Text("metrics", "메트릭 수집"),
                roles=_CONTROL,
            ),
        ),
        advice=Text(
            "Whoever reaches it reads the metrics: leave it on loopback, or let only the monitoring host in.",
            "접근할 수 있으면 누구나 메트릭을 읽습니다. loopback에 두거나 모니터링 호스트에만 여십시오.",
        ),
        source="kubernetes cmd/kubeadm/app/phases/etcd/local.go (listen-metrics-urls)",
    ),
    Topic(
        kind="port",
        pattern="10257/tcp",
        what=Text(
            "the controller-manager's health check and metrics over HTTPS; no control traffic",
            "controller-manager의 HTTPS 헬스 체크와 메트릭(제어 트래픽은 없음)",
        ),
        owner="kube-controller-manager",
        usual=Text(
            "loopback (kubeadm, k3s); every address (kubespray)",
            "loopback(kubeadm, k3s), 모든 주소(kubespray)",
        ),
        peers=(
            Peer(
                client=Text("the kubelet's probes", "kubelet의 프로브"),
                server="kube-controller-manager",
                why=Text("is it alive", "동작 여부 확인"),
                roles=_NODE_ITSELF,
            ),
            Peer(
                client=Text("Prometheus, where it was opened", "Prometheus(열어 둔 경우)"),
                server="kube-controller-manager",
                why=Text("metrics, with a token", "토큰을 사용한 메트릭 수집"),
                roles=_CONTROL,
            ),
        ),
        advice=Text(
            "Leave it closed: only the node itself needs it. For its work the controller-manager connects to the apiserver's 6443.",
            "노드 자신만 사용하므로 닫아 두십시오. 실제 작업은 controller-manager가 apiserver의 6443에 접속하여 수행합니다.",
        ),
        source="kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go; kubespray control-plane role",
    ),
    Topic(
        kind="port",
        pattern="10259/tcp",
        what=Text(
            "the scheduler's health check and metrics over HTTPS; nothing is scheduled through it",
            "scheduler의 HTTPS 헬스 체크와 메트릭(스케줄링 요청은 이 포트로 오지 않음)",
        ),
        owner="kube-scheduler",
        usual=Text(
            "loopback (kubeadm, k3s); every address (kubespray)",
            "loopback(kubeadm, k3s), 모든 주소(kubespray)",
        ),
        peers=(
            Peer(
                client=Text("the kubelet's probes", "kubelet의 프로브"),
                server="kube-scheduler",
                why=Text("is it alive", "동작 여부 확인"),
                roles=_NODE_ITSELF,
            ),
            Peer(
                client=Text("Prometheus, where it was opened", "Prometheus(열어 둔 경우)"),
                server="kube-scheduler",
                why=Text("metrics, with a token", "토큰을 사용한 메트릭 수집"),
                roles=_CONTROL,
            ),
        ),
        advice=Text(
            "Leave it closed. The apiserver sends the scheduler nothing: the scheduler watches pods on 6443 and writes its "
            "choice there; the kubelet of the chosen node sees it on 6443, too.",
            "닫아 두십시오. apiserver가 scheduler로 요청을 보내지 않습니다. scheduler가 6443에서 파드를 watch하고 결과를 같은 "
            "곳에 기록하며, 선택된 노드의 kubelet도 6443에서 이를 확인합니다.",
        ),
        source="kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go; kubespray control-plane role",
    ),
    Topic(
        kind="port",
        pattern="10258/tcp",
        what=Text(
            "the cloud-controller-manager's health check and metrics over HTTPS",
            "cloud-controller-manager의 HTTPS 헬스 체크와 메트릭",
        ),
        owner="cloud-controller-manager",
        usual=Text(
            "loopback (k3s, RKE2); every address elsewhere", "loopback(k3s, RKE2), 그 밖에는 모든 주소"
        ),
        advice=Text("Leave it closed.", "닫아 두십시오."),
        source="kubernetes staging/src/k8s.io/cloud-provider/ports.go",
    ),
    Topic(
        kind="port",
        pattern="9345/tcp",
        what=Text("RKE2's registration of nodes", "RKE2의 노드 등록"),
        owner="rke2",
        usual=Text("the node's address and loopback, on servers", "서버의 노드 주소와 loopback"),
        peers=(
            Peer(
                client=Text("joining servers and agents", "가입하는 서버와 에이전트"),
                server="rke2",
                why=Text("token against certificates", "토큰으로 인증서를 받습니다"),
                roles=_EVERY,
            ),
        ),
        advice=Text("Open it to nodes only.", "노드에만 여십시오."),
        source="rancher/rke2 documentation: requirements, networking",
    ),
    Topic(
        kind="port",
        pattern="16443/tcp",
        what=Text("microk8s' API in 6443's place", "microk8s의 API(6443 대신 사용)"),
        owner="microk8s",
        usual=Text("every address", "모든 주소"),
        advice=Text("Open it to nodes and administrators.", "노드와 관리자에게만 여십시오."),
        source="canonical/microk8s microk8s-resources/default-args/kube-apiserver",
    ),
)
