"""One host's recorded texts, parsed when they are asked for."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from leadline.base.errors import OtherTextError, ParseError
from leadline.base.text import Text
from leadline.facts.catalogue import notes, sources
from leadline.facts.recognition import resembled
from leadline.facts.source import Fact, Parsed, Problem, Source
from leadline.facts.text import decode
from leadline.snapshot.packed import Place

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are still read: no command recorded here prints more."""


class Recorded(msgspec.Struct, frozen=True):
    """A saved text: the `fact` (source's name) it belongs to, its `variant` (the file name without what people add to
    it, so that the same command's texts meet), where it lies, and what gives its bytes where that is no file."""

    fact: str
    variant: str
    file: str
    given: Callable[[], bytes] | None = None

    def raw(self) -> bytes:
        """The text's bytes. Raises ParseError where they cannot be read, or are too many."""
        return read(Path(self.file)) if self.given is None else self.given()


def read(file: Place) -> bytes:
    """A file's bytes. Raises ParseError where it cannot be read, is no plain file, or has more than LARGEST."""
    try:
        if not file.is_file():
            raise ParseError(_not_a_file(file))
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        raise ParseError(_UNREADABLE.fill(why=error.strerror)) from None
    if len(raw) > LARGEST:
        raise ParseError(_TOO_LARGE.fill(most=LARGEST >> 20))
    return raw


_TOO_LARGE = Text(
    "more than {most} MB is too much for the output of one command; save it again",
    "{most} MB가 넘어 명령 하나의 출력으로는 너무 큽니다. 출력을 다시 저장하십시오",
)
_UNREADABLE = Text(
    "cannot be read ({why}); change the file's owner or mode, or run leadline as its owner",
    "읽을 수 없습니다({why}). 파일의 소유자나 권한을 바꾸거나 소유자로 실행하십시오",
)


def _not_a_file(file: Place) -> Text:
    if file.is_symlink() and not file.exists():
        return Text(
            "a link to a file that is not there; copy the file itself here",
            "가리키는 파일이 없는 링크입니다. 파일 자체를 여기에 복사하십시오",
        )
    return Text(
        "not a plain file; save the command's output as a text file of this name",
        "일반 파일이 아닙니다. 명령의 출력을 이 이름의 텍스트 파일로 저장하십시오",
    )


_LARGE = 4 * 1024 * 1024
_SAMPLE = 1 << 16


def _refuse_other(raw: bytes, source: Source) -> None:
    """Raises OtherTextError where the beginning of a large text tells it already: all of some 60 MB that are no
    output of the command takes a minute. JSON tells nothing before its end."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) and _json(raw, source):
        return
    end = raw.find(b"\n", _SAMPLE)
    try:
        text, _ = decode(raw[: end + 1 if end > 0 else _SAMPLE])
        source.parse(text)
    except OtherTextError as error:
        raise OtherTextError(resembled(error.text, text, source.name), error.line) from None
    except ParseError:
        return  # cut where the sample ends


def _json(raw: bytes, source: Source) -> bool:
    if any(file.endswith(".json") for file in source.files):
        return True
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


class FileProblem(msgspec.Struct, frozen=True):
    """A Problem with the host and the file it is in."""

    host: str
    file: str
    problem: Problem


class Snapshot:
    """One host at one moment. `taken`: seconds since the epoch, None where the folder does not say."""

    def __init__(
        self,
        host: str,
        recorded: Iterable[Recorded],
        taken: float | None = None,
        problems: Iterable[FileProblem] = (),
    ) -> None:
        self.host = host
        self.taken = taken
        self._problems = list(problems)
        self._recorded: dict[str, list[Recorded]] = {}
        for each in recorded:
            self._recorded.setdefault(each.fact, []).append(each)
        for name, texts in self._recorded.items():
            order = list(notes()[name].files)
            texts.sort(
                key=lambda each: (order.index(each.variant) if each.variant in order else 99, each.variant)
            )
        self._facts: dict[tuple[str, str], Fact | None] = {}
        self._entries: dict[str, Mapping[str, Any]] = {}

    @property
    def problems(self) -> tuple[FileProblem, ...]:
        """What could not be read so far, of all that was asked for."""
        return tuple(self._problems)

    def names(self) -> list[str]:
        """The sources that have a text here."""
        return list(self._recorded)

    def variants(self, name: str) -> list[str]:
        """The texts of one source, the most exact first."""
        return [each.variant for each in self._recorded.get(name, ())]

    def text(self, name: str) -> str:
        """The most exact text of one source as it was saved, not read; "" where there is none or it cannot be read."""
        for each in self._recorded.get(name, ()):
            try:
                return decode(each.raw())[0]
            except ParseError:
                continue
        return ""

    def fact(self, name: str, variant: str) -> Fact | None:
        """One text's typed value; None where its parser refused it (then `problems` says why)."""
        if (name, variant) not in self._facts:
            recorded = next(each for each in self._recorded[name] if each.variant == variant)
            self._facts[name, variant] = self._parse(recorded)
        return self._facts[name, variant]

    def entries(self, name: str) -> Mapping[str, Any]:
        """All that is known of one source: the most exact text, joined by others where it is only a part."""
        if name not in self._entries:
            joined: dict[str, Any] = {}
            for variant in self.variants(name):
                fact = self.fact(name, variant)
                if fact is None:
                    continue
                joined = {**fact.entries, **joined}
                if fact.parsed.covers is None:
                    break
            self._entries[name] = joined
        return self._entries[name]

    def _parse(self, recorded: Recorded) -> Fact | None:
        source = sources()[recorded.fact]
        text = ""
        doubts: tuple[Problem, ...] = ()
        parsed: Parsed | None
        try:
            raw = recorded.raw()
            if len(raw) > _LARGE:
                raw = raw if raw.strip() else b""
                _refuse_other(raw, source)
            text, doubts = decode(raw)
            parsed = source.parse(text)
            problems = doubts + parsed.problems
        except ParseError as error:
            parsed = None
            problems = (*doubts, Problem(resembled(error.text, text, recorded.fact), error.line))
        self._problems += [FileProblem(self.host, recorded.file, problem) for problem in problems]
        return None if parsed is None else Fact(source, self.host, recorded.file, text, parsed)
