"""`leadline lab` as a person calls it, on real labs."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from labs import standing

from leadline.cli import _lab_up
from leadline.lab import plan
from leadline.lab.lab import Lab, down, find, processes

LEADLINE = (sys.executable, "-m", "leadline", "lab")
VERBS = (
    *(("up",), ("status",), ("exec",), ("down",), ("kind-config",)),
    *(("fault",), ("fault", "list"), ("fault", "inject"), ("fault", "recover")),
)
Done = subprocess.CompletedProcess[str]


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "XDG_RUNTIME_DIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "COLUMNS": "100", **more}


def run(*arguments: str, given: str = "", **more: str) -> Done:
    return subprocess.run(
        [*LEADLINE, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(**more),
    )


def refused(done: Done) -> str:
    """The one sentence of a call that cannot be done."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    said = [line for line in done.stderr.splitlines() if not re.match("`leadline|사용법", line)]
    assert len(said) == 1
    assert said[0].startswith("leadline: ")
    return said[0]


@pytest.fixture(scope="module")
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    assert isinstance(number, int)
    return number


@pytest.fixture(scope="module")
def lab(port: int) -> Iterator[Lab]:
    with standing(nodes=2, pods=1, publish=((port, 30080),)) as made:
        yield made


@pytest.fixture
def name() -> Iterator[str]:
    """For a lab that the test itself makes."""
    taken = f"t{os.getpid()}-cli"
    yield taken
    down(taken)


def test_up_says_what_there_is_and_what_to_try(name: str) -> None:
    done = run("up", "--name", name, "--nodes", "2", "--pods", "1")
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert re.match(rf"Lab {name} is up: 2 nodes, 2 pods and \d+ Services in [\d.]+ s$", first)
    assert len([line for line in rest if f"--name {name}" in line]) == 3
    curl = next(line for line in rest if "curl" in line).split("  ")[1]
    asked = run(*curl.split()[2:])
    assert asked.returncode == 0
    assert asked.stdout.startswith("pod default/web-")
    ended = run("down", "--name", name)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert name in ended.stdout
    assert name in refused(run("status", "--name", name))


def test_published_port_reaches_the_service(lab: Lab, port: int) -> None:
    done = subprocess.run(
        ["curl", "-s", f"http://127.0.0.1:{port}/"], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.startswith("pod default/web-")


def test_status_of_a_lab_that_is_well(lab: Lab) -> None:
    done = run("status", "--name", lab.name, "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (read,) = json.loads(done.stdout)["labs"]
    assert read["well"]
    (balanced,) = [each for service in read["services"] for each in service["balanced"]]
    assert balanced["how"] == "arp"
    assert balanced["node"] in {node["name"] for node in read["nodes"]}
    assert lab.name in [each["name"] for each in json.loads(run("status", "-o", "json").stdout)["labs"]]


def test_status_of_a_lab_with_a_dead_container(name: str) -> None:
    assert run("up", "--name", name, "--nodes", "1").returncode == 0
    os.kill(processes(find(name))["web default/web-2"].pid, signal.SIGKILL)
    done = run("status", "--name", name)
    assert done.returncode == 1
    assert "Not running: web default/web-2." in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("exec", "--name", "{lab}", "k8s-w1", "--", "hostname"),
        ("exec", "--name", "{lab}", "k8s-w1", "hostname"),
        ("exec", "k8s-w1", "--name", "{lab}", "--", "hostname"),
        ("exec", "k8s-w1", "--name={lab}", "--lang", "ko", "--", "sh", "-c", "hostname"),
    ],
)
def test_exec_is_inside(lab: Lab, words: tuple[str, ...]) -> None:
    done = run(*(word.format(lab=lab.name) for word in words))
    assert (done.returncode, done.stdout, done.stderr) == (0, "k8s-w1\n", "")


def test_exec_options_of_the_command_are_its_own(lab: Lab) -> None:
    done = run("exec", "--name", lab.name, "web-1", "ip", "-o", "-4", "addr", "show", "eth0")
    assert "10.244.0.2/24" in done.stdout


def test_exec_in_another_container_of_a_pod(lab: Lab) -> None:
    seen = {
        each: run(
            "exec",
            "--name",
            lab.name,
            "-c",
            each,
            "web-1",
            "readlink",
            "/proc/self/ns/net",
            "/proc/self/ns/pid",
        )
        for each in ("web", "sidecar", "pause")
    }
    networks, pids = zip(*(done.stdout.split() for done in seen.values()), strict=True)
    assert len(set(networks)) == 1
    assert len(set(pids)) == 3


def test_exec_carries_input_output_and_exit_code(lab: Lab) -> None:
    done = run(
        "exec", "--name", lab.name, "outside", "--", "sh", "-c", "cat; echo err >&2; exit 7", given="in"
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "in", "err\n")
    assert run("exec", "--name", lab.name, "k8s-w1", "--", "sh", "-c", "kill -9 $$").returncode == 137
    missing = run("exec", "--name", lab.name, "k8s-w1", "--", "no-such-program")
    assert missing.returncode == 127
    assert "no-such-program" in missing.stderr


def test_exec_on_a_terminal(lab: Lab) -> None:
    words = " ".join((*LEADLINE, "exec", "--name", lab.name, "k8s-w1", "--", "tty"))
    done = subprocess.run(
        ["script", "-qec", words, "/dev/null"], capture_output=True, text=True, timeout=20, env=environment()
    )
    assert done.returncode == 0
    assert "/dev/pts/" in done.stdout


def test_interrupt_reaches_the_command(lab: Lab) -> None:
    trap = "trap 'echo heard; exit 3' INT; echo ready; while :; do sleep 0.1; done"
    words = [*LEADLINE, "exec", "--name", lab.name, "web-1", "--", "sh", "-c", trap]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=environment(), start_new_session=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        os.killpg(running.pid, signal.SIGINT)
        assert running.stdout.read() == "heard\n"
        assert running.wait(20) == 3


def test_interrupted_up_leaves_nothing(name: str) -> None:
    with subprocess.Popen(
        [*LEADLINE, "up", "--name", name, "--nodes", "100", "--pods", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    ) as running:
        time.sleep(0.5)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stderr is not None
        assert running.stderr.read().strip() == b""
    assert down(name) is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up", "--nodes", "0"), "1 to 100"),
        (("up", "--nodes", "many"), "1 to 100"),
        (("up", "--pods", "251"), "0 to 250"),
        (("up", "--mtu", "500"), "626 to 9216"),
        (("up", "--pod-cidr", "nonsense"), "10.244.0.0/16"),
        (("up", "--pod-cidr", "10.9.8.7/16"), "did you mean 10.9.0.0/16?"),
        (("up", "--pod-cidr", "10.96.0.0/16"), "overlaps"),
        (("up", "--pod-cidr", "10.9.0.0/24"), "larger network"),
        (("up", "--publish", "web"), "PORT:NODEPORT"),
        (("up", "--publish", "99999"), "65535"),
        (("up", "--publish", "8080:"), "65535"),
        (("up", "--publish", "8080", "--publish", "8080:30081"), "twice"),
        (("up", "--publish", "8080:31999"), "30080 (web)"),
        (("up", "--backend", "udp"), "vxlan, host-gw"),
        (("up", "--proxy", "ipvs"), "iptables, nftables"),
        (("up", "--name", "Lab!"), "small letters"),
        (("kind-config", "--pod-cidr", "::/64"), "no IPv4 network"),
        (("kind-config", "--name", "Lab!"), "small letters"),
        (("down", "--name", "no-such-lab"), "no-such-lab"),
        (("status", "--name", "no-such-lab"), "no-such-lab"),
        (("exec", "--name", "no-such-lab", "k8s-w1", "--", "true"), "no-such-lab"),
        (("exec",), "NODE|POD|outside"),
        (("exec", "k8s-w1"), "no command"),
        (("exec", "k8s-w1", "--"), "no command"),
        (("stats",), "did you mean status?"),
        (("fault", "injekt"), "did you mean inject?"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else None,
)
def test_what_cannot_be_done_is_one_sentence(words: tuple[str, ...], said: str) -> None:
    assert said in refused(run(*words))
    refused(run(*words, "--lang", "ko"))


def test_what_cannot_be_done_in_this_lab(lab: Lab, port: int) -> None:
    named = ("--name", lab.name)
    for words, said in (
        (("up", *named), "another --name"),
        (
            ("up", "--name", f"{lab.name}-b", "--publish", str(port)),
            "Address already in use; take another port",
        ),
        (("exec", *named, "web-99", "--", "true"), "no node or pod"),
        (("exec", *named, "-c", "db", "web-1", "--", "true"), "web, sidecar, pause"),
        (("exec", *named, "-c", "web", "k8s-w1", "--", "true"), "no pod"),
    ):
        assert said in refused(run(*words))
        refused(run(*words, LANG="ko_KR.UTF-8"))
    assert down(f"{lab.name}-b") is False


def test_missing_program_is_named(tmp_path: Path, name: str) -> None:
    for program in ("ip", "bridge"):
        found = shutil.which(program)
        assert found is not None
        (tmp_path / program).symlink_to(found)
    said = refused(run("up", "--name", name, PATH=str(tmp_path)))
    assert "`iptables-restore` is missing" in said
    assert "package: iptables" in said
    assert down(name) is False


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_is_in_the_language_of_the_call(verb: tuple[str, ...]) -> None:
    english, korean = run(*verb, "--help"), run(*verb, "--help", "--lang", "ko")
    assert english.returncode == korean.returncode == 0
    assert not re.search("[가-힣]", english.stdout)
    assert "--lang" in english.stdout
    shown = set(re.findall(r"(?m)^  .*?(--[\w-]+)", korean.stdout))
    told = re.findall(r"(?ms)(--[\w-]+)[^가-힣]*?[가-힣][^-]*", korean.stdout)
    assert set(told) == shown


def test_limits_are_those_of_the_plan() -> None:
    limits = {
        option.name: (option.type.min, option.type.max)  # type: ignore[attr-defined]
        for option in _lab_up.up.params
        if option.name in ("nodes", "pods", "mtu")
    }
    assert limits["nodes"] == (1, plan.MOST_NODES)
    assert limits["pods"] == (0, plan.MOST_PODS)
    for mtu in limits["mtu"]:
        plan.plan(plan.LabSpec(mtu=mtu))


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("leadline lab ", {"up", "status", "exec", "down", "fault", "kind-config"}),
        ("leadline lab exec --name {lab} k8", {"k8s-ctr", "k8s-w1"}),
        ("leadline lab exec --name {lab} w", {"web-1", "web-2"}),
        ("leadline lab exec --name {lab} o", {"outside"}),
        ("leadline lab down --name {lab}", {"{lab}"}),
        ("leadline lab status --name {lab}", {"{lab}"}),
        ("leadline lab fault inject hairpin", {"hairpin-off"}),
        ("leadline lab fault recover --name {lab} ", set()),
    ],
)
def test_completion(lab: Lab, line: str, offered: set[str]) -> None:
    words = line.format(lab=lab.name)
    done = run(
        _LEADLINE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
    )
    assert {each.partition(",")[2] for each in done.stdout.split()} == {
        each.format(lab=lab.name) for each in offered
    }


def test_faults_from_the_command_line(name: str) -> None:
    assert run("up", "--name", name).returncode == 0
    named = ("--name", name)
    listed = run("fault", "list", *named, "-o", "json")
    faults = json.loads(listed.stdout)["faults"]
    assert len(faults) >= 20
    assert not any(each["injected"] for each in faults)
    assert not re.search(r"[{}]", listed.stdout.replace("{\n", "").replace("}\n", "").replace("},\n", ""))
    assert "no fault" in refused(run("fault", "recover", *named))
    injected = run("fault", "inject", *named, "hairpin-off", "--lang", "ko")
    assert (injected.returncode, injected.stderr) == (0, "")
    assert f"leadline lab fault recover --name {name} hairpin-off" in injected.stdout
    assert "already" in refused(run("fault", "inject", *named, "hairpin-off"))
    assert "did you mean" in refused(run("fault", "inject", *named, "hairpin-of"))
    ill = run("status", *named, "-o", "json")
    assert ill.returncode == 1
    assert [each["name"] for each in json.loads(ill.stdout)["labs"][0]["faults"]] == ["hairpin-off"]
    assert "--all" in refused(run("fault", "recover", *named, "hairpin-off", "--all"))
    assert run("fault", "recover", *named).stdout == "fault hairpin-off is taken back\n"
    assert run("status", *named).returncode == 0
    assert run("fault", "recover", *named, "--all").returncode == 0
