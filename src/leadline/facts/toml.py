"""TOML files of a host → one dotted key a setting."""

import tomllib

from leadline.base.text import Text
from leadline.facts.flatten import flatten
from leadline.facts.parts import parts
from leadline.facts.reading import refused
from leadline.facts.source import Parsed, Problem

_BROKEN = Text(
    "{path} is no valid TOML ({why}); the file was left out",
    "{path}: 올바른 TOML이 아니어서({why}) 제외하였습니다",
)


def parse_toml(text: str, main: str) -> Parsed:
    """Settings of every file in a text of parts; those of `main`, or of a text without head lines, have the
    bare key, others `<file> <key>`. Raises ParseError where a text without head lines is no TOML."""
    found, problems = parts(text)
    entries: dict[str, str] = {}
    for part in found:
        try:
            settings = flatten(tomllib.loads(part.text))
        except (ValueError, RecursionError) as error:
            if not part.path:
                raise refused(text, main) from None
            problems.append(Problem(_BROKEN.fill(path=part.path, why=str(error)[:80]), part.line))
            continue
        before = "" if part.path in ("", main) else f"{part.path} "
        entries.update((f"{before}{key}", value) for key, value in settings.items())
    return Parsed(entries, tuple(problems))
