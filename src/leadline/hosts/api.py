"""The Kubernetes API, read only, with the kubeconfig the user has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from leadline.base.errors import HostError
from leadline.base.text import Text

if TYPE_CHECKING:
    import httpx2 as httpx
    from lightkube.config.kubeconfig import SingleConfig

KINDS: Mapping[str, str] = {
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/pods",
    "services": "/api/v1/services",
    "endpointslices": "/apis/discovery.k8s.io/v1/endpointslices",
    "configmaps": "/api/v1/configmaps",
    "daemonsets": "/apis/apps/v1/daemonsets",
    "deployments": "/apis/apps/v1/deployments",
    "replicasets": "/apis/apps/v1/replicasets",
    "statefulsets": "/apis/apps/v1/statefulsets",
    "leases": "/apis/coordination.k8s.io/v1/leases",
    "events": "/api/v1/events",
    "csr": "/apis/certificates.k8s.io/v1/certificatesigningrequests",
    "storageclasses": "/apis/storage.k8s.io/v1/storageclasses",
    "pdbs": "/apis/policy/v1/poddisruptionbudgets",
    "networkpolicies": "/apis/networking.k8s.io/v1/networkpolicies",
    "clusterroles": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "clusterrolebindings": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
}
"""Name of the file → path of the list. Never secrets."""

CUSTOM: Mapping[str, tuple[str, ...]] = {
    "ipaddresspools": ("/apis/metallb.io/v1beta1/ipaddresspools",),
    "l2advertisements": ("/apis/metallb.io/v1beta1/l2advertisements",),
    "bgpadvertisements": ("/apis/metallb.io/v1beta1/bgpadvertisements",),
    "bgppeers": ("/apis/metallb.io/v1beta2/bgppeers", "/apis/metallb.io/v1beta1/bgppeers"),
    "bfdprofiles": ("/apis/metallb.io/v1beta1/bfdprofiles",),
    "communities": ("/apis/metallb.io/v1beta1/communities",),
    "servicel2statuses": ("/apis/metallb.io/v1beta1/servicel2statuses",),
    "servicebgpstatuses": ("/apis/metallb.io/v1beta1/servicebgpstatuses",),
}
"""The same of kinds that a cluster need not have, by all versions they may be of, the newest first."""

_ABSENT = 404

_PAGE = 500


def read_api() -> tuple[dict[str, dict[str, Any]], list[Text]]:
    """The lists of all KINDS that may be read, as the API gives them, and what could not be read.

    Raises HostError where there is no usable kubeconfig or no API server answers.
    """
    config = _config()
    import httpx2 as httpx
    from lightkube.config.client_adapter import Client, ConnectionParams
    from lightkube.core.exceptions import ConfigError

    lists: dict[str, dict[str, Any]] = {}
    problems: list[Text] = []
    server = config.cluster.server
    try:
        with Client(config, ConnectionParams(timeout=httpx.Timeout(15))) as client:
            for kind, path in KINDS.items():
                found, status = _list(client, path)
                if found is None:
                    problems.append(_refused(kind, status))
                else:
                    lists[kind] = found
            for kind, paths in CUSTOM.items():
                for path in paths:
                    found, status = _list(client, path)
                    if found is not None:
                        lists[kind] = found
                    if status != _ABSENT:
                        break
                if found is None and status != _ABSENT:
                    problems.append(_refused(kind, status))
    except (httpx.HTTPError, ConfigError, OSError, ValueError) as error:
        raise HostError(
            Text(
                f"{server}: the Kubernetes API does not answer ({error}); check the cluster in the kubeconfig",
                f"{server}: Kubernetes API가 응답하지 않습니다({error}). kubeconfig의 클러스터를 확인하십시오",
            )
        ) from None
    return lists, problems


def _list(client: "httpx.Client", path: str) -> tuple[dict[str, Any] | None, int]:
    """A whole list, page by page, and the status that the API answered with last; None where that is no list."""
    pages: list[dict[str, Any]] = []
    token = ""
    while True:
        answer = client.get(path, params={"limit": str(_PAGE), **({"continue": token} if token else {})})
        if answer.status_code != 200:
            return None, answer.status_code
        pages.append(answer.json())
        token = pages[-1].get("metadata", {}).get("continue") or ""
        if not token:
            items = [item for page in pages for item in page.get("items") or ()]
            return {**pages[0], "items": items}, answer.status_code


def _config() -> "SingleConfig":
    from lightkube.config.kubeconfig import KubeConfig
    from lightkube.core.exceptions import ConfigError

    try:
        config = KubeConfig.from_env().get()
    except (ConfigError, OSError, ValueError, KeyError, TypeError) as error:
        raise HostError(
            Text(
                f"no usable kubeconfig ({error}); name one in KUBECONFIG",
                f"사용할 수 있는 kubeconfig가 없습니다({error}). KUBECONFIG로 지정하십시오",
            )
        ) from None
    if config is None:
        raise HostError(
            Text(
                "the kubeconfig has no current context; set one",
                "kubeconfig에 현재 컨텍스트가 없습니다. 설정하십시오",
            )
        )
    return config


def _refused(kind: str, status: int) -> Text:
    return Text(
        f"api {kind}: the API answered {status}; allow this user to list {kind}, or leave them out",
        f"api {kind}: API가 {status}(으)로 응답하였습니다. 이 사용자에게 {kind} 조회를 허용하십시오",
    )
