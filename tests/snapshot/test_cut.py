"""A text that was cut in the middle of a line never shows what it lost as removed or changed."""

from pathlib import Path

import pytest

from leadline.base.errors import ParseError
from leadline.facts.catalogue import sources
from leadline.facts.source import Fact
from leadline.snapshot.diff import diff_facts

RECORDINGS = Path(__file__).parent.parent / "data" / "recordings"
FACTS = ("ip_addr", "ss", "df", "findmnt", "sysctl")
NODES = ("k8s-ctr", "k8s-w1")


def fact(name: str, text: str) -> Fact:
    source = sources()[name]
    return Fact(source, "host", f"{name}.txt", text, source.parse(text))


@pytest.mark.parametrize("name", FACTS)
@pytest.mark.parametrize("node", NODES)
def test_cut(name: str, node: str) -> None:
    text = (RECORDINGS / node / "after" / f"{name}.txt").read_text()
    whole = fact(name, text)
    seen = 0
    for end in range(200, len(text), max(1, len(text) // 150)):
        if "\n" in text[end - 1 : end + 1]:
            continue
        try:
            part = fact(name, text[:end])
        except ParseError:
            continue
        seen += 1
        lost = [(change.kind, change.key) for change in diff_facts(whole, part)]
        gained = [(change.kind, change.key) for change in diff_facts(part, whole)]
        assert (lost, gained) == ([], []), (end, text[max(0, end - 60) : end])
    assert seen > 20


@pytest.mark.parametrize("name", FACTS)
def test_without_last_line_break(name: str) -> None:
    """A pasted text without its last line break is the same text."""
    text = (RECORDINGS / "k8s-ctr" / "after" / f"{name}.txt").read_text()
    assert diff_facts(fact(name, text), fact(name, text.rstrip("\n"))) == []
    assert diff_facts(fact(name, text.rstrip("\n")), fact(name, text)) == []


def test_a_value_that_differs_for_sure() -> None:
    """A last value without its line break counts where no longer one could undo the difference."""
    before = fact("sysctl", "kernel.panic = 0\nvm.swappiness = 60\n")
    assert [
        change.key for change in diff_facts(before, fact("sysctl", "kernel.panic = 0\nvm.swappiness = 10"))
    ] == ["vm.swappiness"]
    assert diff_facts(before, fact("sysctl", "kernel.panic = 0\nvm.swappiness = 6")) == []
