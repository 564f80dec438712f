"""Makes the one script that records a host, and reads back what it printed.

Only what POSIX `sh`, awk and a handful of small tools can do: it runs under dash, busybox and bash alike.
"""

import secrets
import shlex
from collections.abc import Mapping

import msgspec

from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.snapshot.patterns import LIKELY
from leadline.snapshot.redact import awk

LIMIT = 64 * 1024 * 1024
"""Bytes of one command's output that are kept."""

_TOO_LONG = 153
"""The exit code of a command that the limit on file sizes ended (128 + SIGXFSZ)."""


class Frame(msgspec.Struct, frozen=True):
    """What one command gave. `status`: ok, missing, denied, failed or timeout; `cut`: it gave more than LIMIT."""

    file: str
    exit: int
    status: str
    output: bytes
    cut: bool


class Recording(msgspec.Struct, frozen=True):
    """What the script printed. `host`: the host's own name. `root`: it ran as root. `time`: the host's clock."""

    host: str
    root: bool
    time: float
    frames: tuple[Frame, ...]


class Script(msgspec.Struct, frozen=True):
    """A script's `text`; `nonce` marks its frames, `files` are theirs in the order of the numbers in them."""

    text: str
    nonce: str
    files: tuple[str, ...]


def script(commands: Mapping[str, str], *, timeout: int, jobs: int = 4) -> Script:
    """The script that runs the commands (file name → command), `jobs` at a time, each for `timeout` seconds."""
    nonce = secrets.token_hex(16)
    cases = "\n".join(f"{number}) c={shlex.quote(text)};;" for number, text in enumerate(commands.values()))
    text = _SCRIPT
    for place, value in {
        "@NONCE@": nonce,
        "@COUNT@": str(len(commands)),
        "@WORKERS@": " ".join(str(number) for number in range(jobs)),
        "@TIMEOUT@": str(timeout),
        "@BLOCKS@": str(LIMIT // 512),
        "@LIKELY@": LIKELY,
        "@COMMANDS@": cases,
        "@AWK@": awk(),
    }.items():
        text = text.replace(place, value)
    return Script(text, nonce, tuple(commands))


def read(made: Script, printed: bytes) -> Recording:
    """The recording in what the script printed, whatever a login shell printed around it.

    Raises HostError where it is not whole: the connection was lost, or the host lacks awk or room in /tmp.
    """
    begin = made.nonce.encode() + b" begin "
    at = printed.find(begin)
    if at < 0:
        raise HostError(_unstarted(printed, made.nonce))
    line, at = _line(printed, at)
    _, _, host, user, seconds = line.split()
    frames = []
    while True:
        line, at = _line(printed, at)
        words = line.split()
        if words[:1] != [made.nonce] or len(words) < 2:
            raise HostError(_INCOMPLETE)
        if words[1] == "end":
            break
        number, exit_code, status, size = int(words[1]), int(words[2]), words[3], int(words[4])
        if at + size >= len(printed):
            raise HostError(_INCOMPLETE)
        frames.append(
            Frame(made.files[number], exit_code, status, printed[at : at + size], exit_code == _TOO_LONG)
        )
        at += size + 1
    order = {file: place for place, file in enumerate(made.files)}
    frames.sort(key=lambda frame: order[frame.file])
    return Recording(host, user == "0", float(seconds), tuple(frames))


_INCOMPLETE = Text(
    "the recording broke off before its end; check the connection and record again",
    "기록이 끝나기 전에 끊겼습니다. 연결을 확인하고 다시 기록하십시오",
)


def _line(printed: bytes, at: int) -> tuple[str, int]:
    end = printed.find(b"\n", at)
    if end < 0:
        raise HostError(_INCOMPLETE)
    return printed[at:end].decode("utf-8", "replace"), end + 1


def _unstarted(printed: bytes, nonce: str) -> Text:
    if f"{nonce} no-awk".encode() in printed:
        return Text(
            "the host has no awk, so secrets could not be taken out and nothing was recorded; install mawk or busybox there",
            "호스트에 awk가 없어 비밀 값을 가릴 수 없으므로 아무것도 기록하지 않았습니다. mawk나 busybox를 설치하십시오",
        )
    if f"{nonce} no-room".encode() in printed:
        return Text(
            "no folder for temporary files can be written on the host; make room in /tmp or /var/tmp",
            "호스트에 임시 파일을 쓸 수 있는 폴더가 없습니다. /tmp나 /var/tmp의 공간을 확보하십시오",
        )
    return Text(
        "the host's shell did not run the recording; log in there and see that `sh -c 'echo ok'` prints ok",
        "호스트의 셸이 기록 스크립트를 실행하지 않았습니다. 접속하여 `sh -c 'echo ok'`가 ok를 출력하는지 확인하십시오",
    )


_SCRIPT = r"""main() {
umask 077
LC_ALL=C PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH
unset LANGUAGE CDPATH
exec </dev/null 2>/dev/null
command -v awk >/dev/null || { echo '@NONCE@ no-awk'; exit 3; }
D= p=
trap 'trap "" HUP INT TERM PIPE; [ -z "$p" ] || kill $p; [ -z "$D" ] || rm -rf "$D" || { sleep 1; rm -rf "$D"; }' EXIT
trap 'exit 3' HUP INT TERM PIPE
for t in "${TMPDIR:-/tmp}" /tmp /var/tmp /dev/shm /run; do
  D=$(mktemp -d "$t/leadline.XXXXXX") && [ -n "$D" ] && break
  D=
done
[ -n "$D" ] || { echo '@NONCE@ no-room'; exit 3; }
limit=
if timeout -k 2 5 true; then limit='timeout -k 2 @TIMEOUT@'; elif timeout 5 true; then limit='timeout @TIMEOUT@'; fi
cat >"$D/awk" <<'@NONCE@'
@AWK@
@NONCE@
mkfifo "$D/done" || { echo '@NONCE@ no-room'; exit 3; }
printf '%s begin %s %s %s\n' @NONCE@ "$(uname -n)" "$(id -u)" "$(date +%s)"
for w in @WORKERS@; do
  work >"$D/done" &
  p="$p $!"
done
while read -r i r s n f; do
  printf '%s %s %s %s %s\n' @NONCE@ "$i" "$r" "$s" "$n" && cat "$D/$f" && echo || exit 3
done <"$D/done"
wait
p=
echo '@NONCE@ end'
exit 0
}
work() {
trap - HUP INT TERM PIPE EXIT
set -C
i=0 held=0 files= ended=
while [ $i -lt @COUNT@ ]; do
  if true >"$D/c$i"; then
    one
    [ $held -lt 16 ] || flush
  fi
  i=$((i + 1))
done
flush
}
one() {
case $i in
@COMMANDS@
esac
(ulimit -f @BLOCKS@; unset POSIXLY_CORRECT; exec $limit sh -c "$c") >"$D/o$i" 2>"$D/e$i"
r=$? s=ok e=
if [ $r != 0 ] || [ ! -s "$D/o$i" ]; then
  [ ! -s "$D/e$i" ] || e=$(head -c 4000 "$D/e$i")
  [ $r = 0 ] || s=failed
  case $r,$e in
    127,* | *': not found'* | *'command not found'*) s=missing;;
    153,*) s=ok;;
    124,* | 137,* | 143,*) [ -z "$limit" ] || s=timeout;;
    *[Pp]'ermission denied'* | *'peration not permitted'* | *'be root'* | *'ccess denied'* | *'uperuser'* | *'you root'* | *'root privileges'*) s=denied;;
  esac
fi
ended="$ended $i,$r,$s"
held=$((held + 1))
[ ! -s "$D/o$i" ] || files="$files o$i"
}
flush() {
[ -n "$ended" ] || return 0
cd "$D" || exit 3
clean= doubtful= bad=
if [ -n "$files" ]; then
  clean=" $(echo $(grep -LEi -e '@LIKELY@' $files)) "
  for k in $files; do
    case $clean in *" $k "*) ;; *) doubtful="$doubtful $k";; esac
  done
fi
[ -z "$doubtful" ] || awk -f awk $doubtful || bad=1
for k in $ended; do
  r=${k#*,} k=${k%%,*}
  s=${r#*,} r=${r%,*} n=0 f=r$k
  case $clean in *" o$k "*) f=o$k;; esac
  if [ -n "$bad" ] && [ $f = "r$k" ]; then s=failed; rm -f $f; fi
  [ -e $f ] || true >$f
  [ ! -s "$f" ] || n=$(wc -c <"$f")
  echo "$k $r $s $((n)) $f"
done
held=0 files= ended=
}
main "$@"
"""
