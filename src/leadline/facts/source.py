"""The contract of a source: which commands give its text, and one pure parser for that text."""

from collections.abc import Callable
from typing import Any

import msgspec

from leadline.base.errors import OtherTextError, ParseError
from leadline.base.text import Text


class Problem(msgspec.Struct, frozen=True):
    """Something in a text that could not be read, or was read with a doubt; `line` counts from 1."""

    text: Text
    line: int | None = None


class Parsed(msgspec.Struct, frozen=True):
    """What a text says.

    `entries`: natural key → value, in the order of the text. A value is a frozen Struct, a str or an int;
    a field that is None is unknown (the text did not carry it) and is never compared.
    `unreadable`: keys the text names but whose value it could not give (permission denied).
    `covers`: None where the text covers all of its kind, else the parts it covers (`{"tcp"}` for `ss -t`);
    a part is the first word, or words, of its entries' keys (`{"rule nat", "chain nat"}`), or of their
    `part` where they have one (a route's table and family).
    `cut`: the last key of a text that ends without a line break, as pasted and as cut texts do: it and its
    value are believed as far as a longer line could not undo them, and nothing is said of what may follow
    (see `diff_facts`).
    """

    entries: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    unreadable: frozenset[str] = frozenset()
    covers: frozenset[str] | None = None
    cut: str = ""

    def covered(self, key: str, entry: Any) -> bool:
        """Whether the text would have told of this entry."""
        if self.covers is None:
            return True
        own = getattr(entry, "part", key)
        place = len(own)
        while place > 0:
            if own[:place] in self.covers:
                return True
            place = own.rfind(" ", 0, place)
        return False


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is recorded: commands and the parser of what they print.

    `name`: the fact's name, also the module's.
    `title`: what a person calls it.
    `files`: file name in the snapshot folder → POSIX sh command that prints its text; the most exact
    first. All of them are parsed by `parse`, which tells their formats apart by itself.
    `aliases`: other stems people give such a file (`ip_a` for `ip_addr`).
    `parse`: text → Parsed. Pure. Raises ParseError and nothing else, whatever the text.
    `volatile`: fields of an entry that move by themselves; a change in these alone is `runtime`.
    `sequence`: for ordered entries (firewall rules): entry → the name of the list it stands in.
    `paths`: globs of files on the host whose content this source holds (`etc/sysctl.d/*.conf`), where a
    hand-made snapshot keeps them under `files/`.
    `meet`: two texts of one host that need not have the same form (`ss` with and without processes, `df -h`
    and `df`) → both as far as both tell. It must not hide a change between two texts of one form.
    `twin`: an entry that another source shows as well → that source and the entry's key there (iptables-nft's
    chains in `nft list ruleset`); where both sides have the other text, changes are told there alone.
    `compare`: False for a text that only gives evidence (what runs at one moment) and is not compared.
    """

    name: str
    title: Text
    files: dict[str, str]
    parse: Callable[[str], Parsed]
    aliases: tuple[str, ...] = ()
    volatile: frozenset[str] = frozenset()
    sequence: Callable[[Any], str] | None = None
    paths: tuple[str, ...] = ()
    meet: Callable[[Parsed, Parsed], tuple[Parsed, Parsed]] | None = None
    twin: Callable[[Any], tuple[str, str] | None] | None = None
    compare: bool = True


class Fact(msgspec.Struct, frozen=True):
    """A source's typed value on one host: the entries, with the host, file and raw text they came from."""

    source: Source
    host: str
    file: str
    text: str
    parsed: Parsed

    @property
    def entries(self) -> dict[str, Any]:
        return self.parsed.entries


def not_this(what: str, line: int | None = 1) -> ParseError:
    """The error for a text that is not `what` (a command's name) at all."""
    return OtherTextError(
        Text(
            f"this is not the output of `{what}`; save that command's output again",
            f"`{what}`의 출력이 아닙니다. 해당 명령의 출력을 다시 저장하십시오",
        ),
        line,
    )
