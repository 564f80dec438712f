"""The words of a rule, read one after the other."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from leadline.base.text import Text
from leadline.network.sight import Sight, Unknown

_Answer = TypeVar("_Answer")

_WORD = re.compile(r'"[^"]*"|[{}(),;]|[^\s{}(),;"]+')

_STRANGE = Text(
    "the nft expression `{words}` is not evaluated", "nft 표현식 `{words}`은(는) 평가하지 않습니다"
)
_UNTOLD = Text("no recording tells what `{words}` is", "`{words}`의 값을 알려 주는 기록이 없습니다")


class NotUnderstoodError(Exception):
    """Words that are not compiled; `words` names them."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def strange(words: str) -> Unknown:
    """Of an expression that is not known here."""
    return Unknown(_STRANGE.fill(words=words))


@lru_cache(maxsize=1024)
def untold(words: str) -> Unknown:
    """Of an expression whose value no recording holds."""
    return Unknown(_UNTOLD.fill(words=words))


class Words:
    """A row of words and the place reached in it. Quoted strings are one word, with their quotes; `{`, `}`, `(`, `)`,
    `,` and `;` stand alone. Behind the last word there are empty ones."""

    __slots__ = ("all", "place")

    def __init__(self, text: str | Sequence[str]) -> None:
        self.all: Sequence[str] = _WORD.findall(text) if isinstance(text, str) else text
        self.place = 0

    @property
    def next(self) -> str:
        """The word that comes, without going on."""
        return self.all[self.place] if self.place < len(self.all) else ""

    def take(self) -> str:
        word = self.next
        self.place += 1
        return word

    def taken(self, *expected: str) -> bool:
        """Goes past these words where they come, in this order."""
        end = self.place + len(expected)
        if tuple(self.all[self.place : end]) != expected:
            return False
        self.place = end
        return True

    def expect(self, word: str) -> None:
        if not self.taken(word):
            raise NotUnderstoodError(self.since(self.place))

    def since(self, place: int) -> str:
        """The words from a place on as text, at most a dozen."""
        return " ".join(self.all[place : place + 12])

    def braced(self, mark: str = ",") -> list[list[str]]:
        """The members between `{` and its `}`, which is where this stands: split at each `mark` outside braces."""
        begun = self.place
        self.expect("{")
        members: list[list[str]] = [[]]
        depth = 0
        while (word := self.take()) != "}" or depth:
            if word == "":
                raise NotUnderstoodError(self.since(begun))
            depth += (word == "{") - (word == "}")
            if depth == 0 and word == mark:
                members.append([])
            else:
                members[-1].append(word)
        return [each for each in members if each]


def always(answer: _Answer) -> Callable[[Sight], _Answer]:
    """What answers the same of every packet."""
    return lambda _: answer
