"""Slices, scopes and mounts that systemd keeps for pods and their containers."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="pod-units",
    facts=FACTS,
    component="kubelet",
    class_="derived",
    why=Text(
        "{happened}. With the systemd cgroup driver every pod is a slice and every container a scope, made through systemd while it lives.",
        "{happened}. systemd cgroup 드라이버에서는 파드마다 slice, 컨테이너마다 scope가 systemd를 통해 만들어지고 함께 사라집니다.",
    ),
    group=Text("units of pods", "파드의 유닛"),
    since="Kubernetes 1.6 (cgroupDriver systemd)",
    source="kubernetes/kubernetes pkg/kubelet/cm/cgroup_manager_linux.go; opencontainers/cgroups systemd/v2.go",
    match=units_of(
        "kubelet",
        r"kubepods.*\.slice|(cri-containerd|crio(-conmon)?)-[0-9a-f]+\.scope|(var-lib-kubelet-pods|run-netns-cni|run-k3s-containerd|run-containerd-io\.containerd\.(grpc\.v1\.cri|runtime\.v2\.task-k8s\.io)).*\.mount",
    ),
)
