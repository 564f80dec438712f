"""Bytes as people save them become the same text."""

import pytest

from leadline.facts.text import decode

PLAIN = "├─/run 마운트 tmpfs\n1: lo: <UP> mtu 65536\n" * 3


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (PLAIN.encode(), None),
        (PLAIN.encode("utf-8-sig"), None),
        (PLAIN.encode("utf-16"), None),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), None),
        (PLAIN.encode("cp949"), "CP949"),
        (PLAIN.replace("\n", "\r\n").encode(), None),
        (PLAIN.replace("\n", "\r\r\n").encode(), None),
        (PLAIN.replace("lo", "\x1b[36mlo\x1b[0m").encode(), None),
        (PLAIN.replace("lo", "\x1b]0;title\x07\x1b[?2004hlo\x1b(B\x1b[m").encode(), None),
        (PLAIN.replace("mtu", "mtx\x08u").encode(), None),
        (PLAIN.replace("mtu", "xyz\x08\x08\x08mtu").encode(), None),
        (PLAIN.replace("tmpfs", "tmpfs\0").encode(), None),
        ("├─/run 마운트 tmpfs".encode().decode("latin-1").encode(), "Windows-1252"),
        ("│ ".encode().decode("cp1252").encode(), "Windows-1252"),
    ],
)
def test_one_text(raw: bytes, problem: str | None) -> None:
    text, problems = decode(raw)
    assert text in (PLAIN, "├─/run 마운트 tmpfs", "│ ")
    assert [each.text.en for each in problems if problem is None or problem not in each.text.en] == []
    assert len(problems) == (problem is not None)


def test_utf16_without_a_mark() -> None:
    latin = "1: lo: <UP> mtu 65536\n" * 20
    assert decode(latin.encode("utf-16-le")) == (latin, ())
    assert decode(latin.encode("utf-16-be")) == (latin, ())


def test_a_letter_cut_at_the_end_does_not_turn_the_text_into_another_code() -> None:
    raw = ("├─/run tmpfs\n" * 20).encode() + "└".encode()[:2]
    text, problems = decode(raw)
    assert text.startswith("├─/run tmpfs\n")
    assert problems[0].line == 21


def test_western_letters_stay() -> None:
    assert decode("é € café\n".encode()) == ("é € café\n", ())
