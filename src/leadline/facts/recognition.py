"""Whose output a text is, by the text alone: for files without a telling name, and wrong files under a right one."""

from collections.abc import Iterable

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.catalogue import sources
from leadline.facts.source import Source

# Sources whose parser takes the output of no other command, those first that people save most. Parsers of
# bare lists (`fstab`, `netns`, `ip_route`, …) read nearly anything, so they are not asked.
_TELLING = (
    *("ip_addr", "ss", "df", "sysctl", "findmnt", "iptables", "nft", "ip_rule", "services", "unit_files"),
    *("crictl_ps", "crictl_pods", "crictl_images", "namespaces", "processes", "modules", "packages"),
    *("firewalld", "swaps"),
)
_ENOUGH = 1 << 20


def recognised(text: str, besides: str = "", hints: Iterable[str] = ()) -> Source | None:
    """The source whose parser reads the text without a doubt; None where none does. `besides`: not this one;
    `hints`: sources that are believed even where they read it with doubts."""
    text = text[: text.rfind("\n", 0, _ENOUGH) + 1] if len(text) > _ENOUGH else text
    for name in hints:
        try:
            if sources()[name].parse(text).entries:
                return sources()[name]
        except ParseError:
            continue
    for name in _TELLING:
        if name == besides:
            continue
        source = sources()[name]
        try:
            parsed = source.parse(text)
        except ParseError:
            continue
        if parsed.entries and not parsed.problems:
            return source
    return None


def resembled(error: Text, text: str, besides: str) -> Text:
    """An error with a word on whose output the refused text is, where that can be told."""
    source = recognised(text, besides)
    if source is None:
        return error
    return Text(
        "{error} (this one looks like {title}, {name})", "{error} (내용은 {title}({name})로 보입니다)"
    ).fill(error=error, title=source.title, name=source.name)
