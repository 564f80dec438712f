"""What a recorded folder says of itself."""

import msgspec

from leadline.base.errors import ParseError, UsageError
from leadline.base.text import Text
from leadline.snapshot.packed import Place
from leadline.snapshot.snapshot import read

MANIFEST = "manifest.json"
SCHEMA = "leadline/snapshot/v1"


class Ran(msgspec.Struct, frozen=True):
    """How one command of a recording ended: the file it wrote, its exit code and size in bytes;
    `status`: ok, missing (no such command), denied (needs root), failed or timeout."""

    file: str
    command: str
    exit: int
    bytes: int
    status: str


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a recorded folder says of itself. `time`: seconds since the epoch, by the recorder's clock."""

    schema: str
    host: str
    time: float
    tool: str
    commands: list[Ran] = []
    problems: list[str] = []


def read_manifest(folder: Place) -> Manifest | None:
    """The manifest of a folder; None where there is none. Raises UsageError for one that cannot be read."""
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(read(file), type=Manifest)
    except (msgspec.DecodeError, ParseError) as error:
        raise UsageError(
            Text(
                f"{file}: not a manifest ({error}); remove the file to load the folder without it",
                f"{file}: manifest가 아닙니다({error}). 이 파일 없이 읽으려면 파일을 지우십시오",
            )
        ) from None
