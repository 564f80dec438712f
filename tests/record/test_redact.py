"""The patterns, as Python and as each awk there is on this machine, give the same, and eat nothing innocent."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.snapshot import patterns
from leadline.snapshot.redact import awk, likely, redact

DATA = Path(__file__).parents[1] / "data"
SECRETS = DATA / "record" / "secrets"
AWKS = [
    words
    for words in (["mawk"], ["gawk"], ["gawk", "--posix"], ["busybox", "awk"], ["original-awk"])
    if shutil.which(words[0])
]


def by_awk(words: list[str], raw: bytes, folder: Path) -> bytes:
    (folder / "program").write_text(awk())
    (folder / "o1").write_bytes(raw)
    command = [*words, "-f", "program", "o1"]
    done = subprocess.run(
        command, cwd=folder, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    assert done.stderr == b""
    return (folder / "r1").read_bytes()


@pytest.mark.parametrize("case", ["argv", "files"])
def test_secrets_go_and_the_rest_stays(case: str) -> None:
    raw = (SECRETS / f"{case}.txt").read_bytes()
    assert redact(raw).decode() == (SECRETS / f"{case}.expected.txt").read_text()
    assert redact(redact(raw)) == redact(raw)


def test_innocent_text_stays_byte_for_byte() -> None:
    raw = (SECRETS / "innocent.txt").read_bytes()
    assert redact(raw).decode() == raw.decode()


def test_a_long_line_is_taken_apart_without_loss() -> None:
    items = [
        {"name": f"n{number}", "text": 'a, b " c', "key": "DB_TOKEN", "value": "hid, den"}
        for number in range(900)
    ]
    cleaned = json.loads(redact(json.dumps(items).encode()))
    assert cleaned == [{**item, "value": "<redacted>"} for item in items]


@pytest.mark.parametrize("words", AWKS, ids=" ".join)
@pytest.mark.parametrize("case", ["argv", "files", "innocent", "long"])
def test_every_awk_does_what_python_does(words: list[str], case: str, tmp_path: Path) -> None:
    if case == "long":
        items = [{"name": f"n{number}", "env": ["A_TOKEN=hid, den"], "psk": 'h"x'} for number in range(900)]
        raw = json.dumps(items).encode() + b"\n"
    else:
        raw = (SECRETS / f"{case}.txt").read_bytes()
    assert by_awk(words, raw, tmp_path) == redact(raw)


_KNOWN = {b"net.ipv4.tcp_fastopen_key = 00000000-00000000-00000000-00000000"}


@pytest.mark.parametrize("host", ["k8s-ctr", "k8s-w1"])
def test_real_recordings_lose_only_their_fast_open_key(host: str) -> None:
    texts = [
        file
        for file in sorted((DATA / "recordings" / host).rglob("*"))
        if file.is_file() and file.suffix in {".txt", ".json", ".yaml", ".toml", ".env"}
    ]
    assert len(texts) > 20
    for file in texts:
        raw = file.read_bytes()
        before, after = raw.split(b"\n"), redact(raw).split(b"\n")
        changed = {old for old, new in zip(before, after, strict=True) if old != new}
        assert changed <= _KNOWN, file


@pytest.mark.parametrize("words", AWKS[:3], ids=" ".join)
def test_awk_agrees_on_generated_lines(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("awk")
    word = st.sampled_from(
        [
            "token",
            "password",
            "KEY",
            "DB_PASS",
            "key",
            "secret",
            "=",
            ":",
            " ",
            "\t",
            '"',
            "'",
            "\\",
            "\\n",
            ",",
            "|",
            "-",
            "--",
            "x",
            "/etc/x",
            "true",
            "{",
            "}",
            "[",
            "]",
            "a" * 20,
            "abcdef.0123456789abcdef",
            "\n",
            "\n  ",
            "name",
            "value",
            "://",
            "@",
            "-----BEGIN PRIVATE KEY-----",
            "-----END PRIVATE KEY-----",
            "==> f <==",
            '"""',
            "Bearer ",
            "é",
        ]
    )

    @settings(max_examples=60, deadline=None)
    @given(st.lists(word, max_size=400))
    def agree(parts: list[str]) -> None:
        raw = "".join(parts).encode() + b"\n"
        assert by_awk(words, raw, folder) == redact(raw)

    agree()


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(), st.from_regex(patterns.LIKELY), st.from_regex(f"[a-z ]*{patterns.LIKELY}[a-z ]*"))
)
def test_the_quick_look_loses_no_line(line: str) -> None:
    low = line.lower()
    assert likely(low) == (re.search(patterns.LIKELY, low) is not None)
