"""`--api` against a real HTTPS server on loopback that serves a recorded cluster's objects."""

import base64
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from leadline.hosts.api import CUSTOM, KINDS
from leadline.snapshot.record_api import record_api

RECORDED = Path(__file__).parents[1] / "data" / "record" / "api"
NAMES = {"pdbs": "poddisruptionbudgets"}
FORBIDDEN = "/api/v1/events"
KEPT = ("/apis/metallb.io/v1beta1/bgppeers",)
"""Of MetalLB this cluster has an old release's peers only."""


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        every = [*KINDS.items(), *((kind, path) for kind, paths in CUSTOM.items() for path in paths)]
        kind = next((kind for kind, path in every if path == url.path), None)
        if kind == "bgppeers" and url.path in KEPT:
            peer = {"metadata": {"name": "tor"}, "spec": {"myASN": 64512, "password": "planted-peer"}}
            self.answer(200, {"kind": "BGPPeerList", "metadata": {}, "items": [peer]})
            return
        file = RECORDED / f"{NAMES.get(str(kind), kind)}.json"
        if self.headers["Authorization"] != "Bearer planted-token" or url.path == FORBIDDEN:
            self.answer(403, {})
        elif not file.exists():
            self.answer(404, {})
        else:
            items = json.loads(file.read_text())["items"]
            if kind == "pods":
                items[0]["spec"]["containers"][0]["env"] = [{"name": "GREETING", "value": "planted-env"}]
                items[0]["spec"]["containers"][0]["args"] = ["--token", "planted-arg", "--v=2"]
                items[0]["metadata"].setdefault("annotations", {})[
                    "kubectl.kubernetes.io/last-applied-configuration"
                ] = "planted-last"
            if kind == "configmaps":
                items[0]["data"] = {
                    "password": "planted-map",
                    "app.yaml": "a: 1\nsecret: planted-yaml\nb: 2\n",
                    "kept": "this stays",
                }
            at = int(query.get("continue", ["0"])[0])
            page = items[at : at + 3]
            more = {"continue": str(at + 3)} if at + 3 < len(items) else {}
            self.answer(200, {"kind": "List", "metadata": more, "items": page})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=api",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            tmp_path / "key",
            "-out",
            tmp_path / "crt",
        ],
        check=True,
        capture_output=True,
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cluster = {
        "server": f"https://127.0.0.1:{server.server_port}",
        "certificate-authority-data": base64.b64encode((tmp_path / "crt").read_bytes()).decode(),
    }
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": "planted-token"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(content))
    monkeypatch.setenv("KUBECONFIG", str(file))
    yield file
    server.shutdown()
    server.server_close()


def test_objects_are_recorded_whole_and_without_secrets(kubeconfig: Path, tmp_path: Path) -> None:
    result = record_api(tmp_path / "to")
    written = {file.stem: file.read_bytes() for file in result.folder.iterdir()}
    assert not any(b"planted" in content for content in written.values())
    for kind in ("nodes", "pods", "services", "configmaps", "clusterroles", "pdbs"):
        ours = json.loads(written[kind])["items"]
        theirs = json.loads((RECORDED / f"{NAMES.get(kind, kind)}.json").read_text())["items"]
        assert [item["metadata"]["uid"] for item in ours] == [item["metadata"]["uid"] for item in theirs]
    assert b"this stays" in written["configmaps"]
    assert all("request" not in item["spec"] for item in json.loads(written["csr"])["items"])
    assert {"en", "ko"} == set(json.loads(written["problems"])[0])
    assert any("events" in problem.en and "403" in problem.en for problem in result.problems)
    assert not any(kind in problem.en for kind in CUSTOM for problem in result.problems)
    assert set(CUSTOM) & written.keys() == {"bgppeers"}
    assert [peer["spec"]["myASN"] for peer in json.loads(written["bgppeers"])["items"]] == [64512]
    assert "secrets" not in {*KINDS, *CUSTOM}


def test_a_dead_api_is_a_recorded_problem(kubeconfig: Path, tmp_path: Path) -> None:
    content = json.loads(kubeconfig.read_text())
    content["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    kubeconfig.write_text(json.dumps(content))
    result = record_api(tmp_path / "to")
    assert result.kinds == 0
    assert "does not answer" in json.loads((result.folder / "problems.json").read_text())[0]["en"]


def test_no_kubeconfig_is_a_recorded_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    assert "kubeconfig" in record_api(tmp_path / "to").problems[0].en
