"""Coverage-guided fuzzing of one parser: any bytes give a Parsed or a ParseError.

    python fuzz/atheris_parsers.py SOURCE [libFuzzer options] [corpus folders]

The real cases of tests/data/facts/SOURCE are the seeds where no folder is named.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["leadline.facts"]):
    from leadline.base.errors import ParseError
    from leadline.facts.catalogue import sources
    from leadline.facts.source import Parsed
    from leadline.facts.text import decode

CASES = Path(__file__).parent.parent / "tests" / "data" / "facts"


def main() -> None:
    name, *options = sys.argv[1:]
    parse = sources()[name].parse
    if all(option.startswith("-") for option in options):
        options.append(str(CASES / name))

    def one_input(raw: bytes) -> None:
        text, _ = decode(raw)
        try:
            parsed = parse(text)
        except ParseError:
            return
        if not isinstance(parsed, Parsed):
            raise TypeError(type(parsed))

    # libFuzzer writes new inputs into its first folder, which must not be the cases
    scratch = Path("/tmp") / f"leadline-fuzz-{name}"  # noqa: S108
    scratch.mkdir(exist_ok=True)
    atheris.Setup(
        [
            sys.argv[0],
            *(option for option in options if option.startswith("-")),
            str(scratch),
            *(option for option in options if not option.startswith("-")),
        ],
        one_input,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
