"""`leadline probe` as a user calls it: in a lab, on a capture, with mistakes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from labs import inside, standing
from test_cli import run

from leadline.lab import injection
from leadline.lab.lab import Lab
from leadline.network.probe.captures import read_capture

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"
CAPTURES = Path(__file__).parents[1] / "data" / "network" / "captures"
RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=2, pods=2) as lab:
        yield lab


def valid(record: Any) -> None:
    for what, name in ((record, "probe"), (record["trace"], "trace")):
        schema = json.loads((SCHEMAS / f"{name}-v1.json").read_text())
        jsonschema.validate(what, schema, cls=jsonschema.Draft202012Validator)


def test_delivered_and_confirmed(lab: Lab, tmp_path: Path) -> None:
    capture = tmp_path / "seen.pcapng"
    answer = run("probe", "web-1", "web-3", "--lab", lab.name, "--path-mtu", "--capture", capture)
    assert (answer.returncode, answer.stderr) == (0, "")
    for each in ("web-1 → web-3: delivered, confirmed", "● eth0  ✓ 0.000 ms", "path MTU", "1,450"):
        assert each in answer.stdout
    assert "✗" not in answer.stdout
    names = {each.name for each in read_capture(capture).interfaces}
    assert not names  # they are announced while it is read
    reading = read_capture(capture)
    assert len(list(reading)) > 20
    assert {"k8s-ctr default/web-1 eth0", "k8s-w1 flannel.1"} <= {each.name for each in reading.interfaces}


def test_lost_and_confirmed(lab: Lab) -> None:
    injection.inject(lab, "forward-policy-drop")
    asked = ("probe", "web-3", "web-1", "--port", "8080", "--lab", lab.name, "--timeout", "0.5")
    try:
        answer, korean = run(*asked, "-o", "json"), run(*asked, "--lang", "ko")
    finally:
        injection.recover(lab, "forward-policy-drop")
    assert (answer.returncode, korean.returncode) == (1, 1)
    record = json.loads(answer.stdout)
    valid(record)
    (connection,) = record["connections"]
    assert (record["verdict"], record["delivered"], connection["heard"]) == ("confirmed", False, "timeout")
    assert connection["last"]["host"] in ("k8s-w1", "k8s-ctr")
    assert "확인됨" in korean.stdout and "원인" in korean.stdout


def test_every_format(lab: Lab, tmp_path: Path) -> None:
    page = tmp_path / "probe.html"
    asked = ("probe", "web-1", "svc/web", "--count", "4", "--lab", lab.name)
    assert run(*asked, "--to", page).returncode == 0
    assert "<svg" in page.read_text() and page.read_text().count("as predicted") > 5
    record = json.loads(run(*asked, "-o", "json").stdout)
    valid(record)
    assert len(record["connections"]) == 4
    assert all(each["endpoint"].endswith(":8080") for each in record["connections"])


def test_what_cannot_be_probed(lab: Lab) -> None:
    folder = RECORDINGS / "k8s-ctr" / "after"
    for arguments, said in (
        (("web-1", "web-3", "--size", "1400"), "--size of TCP"),
        (("web-1", "nobody"), "nobody"),
        (("web-1",), "TO"),
        (("web-1", "web-3", "--snapshot", folder), "--snapshot"),
        (("web-1", "--pcap", "x.pcap"), "--pcap"),
        (("203.0.113.77", "k8s-w1", "--timeout", "0.2"), "nothing was sent"),
    ):
        answer = run("probe", *arguments, "--lab", lab.name)
        if said == "nothing was sent":
            assert answer.returncode == 1 and "cannot be told" in answer.stdout
            continue
        assert answer.returncode == 2, answer.stdout
        assert said in answer.stderr


def test_an_interrupt_leaves_nothing(lab: Lab) -> None:
    sockets = "tail -n +2 /proc/net/packet | wc -l"
    before = inside(lab, "k8s-ctr", sockets).strip()
    inside(lab, "k8s-w1", "iptables -I FORWARD -p tcp --dport 9999 -j DROP")
    asked = [sys.executable, "-m", "leadline", "probe", "web-1", "web-3", "--port", "9999", "--lab", lab.name]
    try:
        with subprocess.Popen(
            asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
        ) as running:
            comes(lambda: inside(lab, "k8s-ctr", sockets).strip() != before)
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 130
        comes(lambda: inside(lab, "k8s-ctr", sockets).strip() == before)
    finally:
        inside(lab, "k8s-w1", "iptables -D FORWARD -p tcp --dport 9999 -j DROP")


def comes(check: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not check():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_capture_that_people_have() -> None:
    answer = run("probe", "--pcap", CAPTURES / "vxlan.pcap", "--snapshot", RECORDINGS / "k8s-ctr" / "after")
    assert answer.returncode in (0, 1)
    assert "VXLAN" in answer.stdout and "default/pod-2" in answer.stdout
    record = json.loads(run("probe", "--pcap", CAPTURES / "vxlan.pcap", "-o", "json").stdout)
    assert record["schema"] == "leadline/capture/v1"
    with (CAPTURES / "vxlan.pcap").open("rb") as file:
        piped = subprocess.run(
            [sys.executable, "-m", "leadline", "probe", "--pcap", "-"],
            stdin=file,
            capture_output=True,
            check=False,
        )
    assert b"VXLAN" in piped.stdout
