"""`leadline trace` as a user calls it, on the recorded cluster: exit codes, formats, languages, mistakes."""

import json
import tarfile
from pathlib import Path

import jsonschema
import pytest
from test_cli import run

RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "trace-v1.json"
BOTH = tuple(
    word for host in ("k8s-ctr", "k8s-w1") for word in ("--snapshot", str(RECORDINGS / host / "after"))
)
ONE = BOTH[:2]
SERVICE = ("trace", "default/pod-2", "svc/deploy-websrv")
POD = ("trace", "default/pod-2", "10.244.1.4:80")


def test_delivered() -> None:
    answer = run(*SERVICE, *BOTH)
    assert (answer.returncode, answer.stderr) == (0, "")
    for each in (
        "delivered, 5 ways",
        "flannel.1",
        "VXLAN 1: 192.168.10.100 → 192.168.10.101:8472/udp",
        "1/5",
    ):
        assert each in answer.stdout


def test_what_is_not_recorded_is_not_guessed() -> None:
    answer = run(*POD, *ONE)
    assert answer.returncode == 1
    assert "cannot be told" in answer.stdout
    assert "192.168.10.101" in answer.stdout


def test_json_of_the_recorded_cluster_follows_the_schema() -> None:
    record = json.loads(run(*SERVICE, *BOTH, "-o", "json").stdout)
    jsonschema.validate(record, json.loads(SCHEMA.read_text()), cls=jsonschema.Draft202012Validator)
    assert record["delivered"]
    assert sum(each["probability"] for each in record["branches"]) == pytest.approx(1)
    assert {each["endpoint"] for each in record["branches"]} == {
        "10.244.0.3:80",
        "10.244.0.4:80",
        "10.244.1.4:80",
        "10.244.1.6:80",
        "10.244.1.7:80",
    }


def test_a_page_and_a_ticket(tmp_path: Path) -> None:
    page = tmp_path / "trace.html"
    written = run(*SERVICE, *BOTH, "--to", page, "--lang", "ko")
    assert (written.returncode, written.stdout) == (0, "")
    assert page.read_text().count("<svg") == 6
    assert "응답은 같은 경로로 되돌아옵니다." in page.read_text()
    assert "```mermaid\nsequenceDiagram\n" in run(*SERVICE, *BOTH, "-o", "markdown").stdout


def test_an_archive_is_read_as_it_is(tmp_path: Path) -> None:
    packed = tmp_path / "both.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        for host in ("k8s-ctr", "k8s-w1"):
            archive.add(RECORDINGS / host / "after", host)
    assert run(*POD, "--snapshot", packed).stdout == run(*POD, *BOTH).stdout


def test_all_shows_every_decision() -> None:
    short, long = run(*SERVICE, *BOTH).stdout, run(*SERVICE, *BOTH, "--all").stdout
    jump = "-j KUBE-SERVICES"
    assert jump not in short
    assert jump in long


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trace",), "FROM"),
        (("trace", "default/pod-2"), "TO"),
        (("trace", "default/pod-2", "nowhere", *BOTH), "nowhere"),
        (("trace", "a", "b", "--snapshot", "/nowhere"), "/nowhere"),
        (("trace", "a", "b", *BOTH, *ONE), "k8s-ctr"),
        (("trace", "a", "b", *ONE, "--lab"), "--snapshot"),
        (("trace", "a", "b", "--lab", "no-such-lab"), "no-such-lab"),
        (("trace", "a", "b", *ONE, "--proto", "sctp"), "--proto"),
        (("trace", "a", "b", *ONE, "--size", "70000"), "--size"),
    ],
)
def test_trouble_is_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    answer = run(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
