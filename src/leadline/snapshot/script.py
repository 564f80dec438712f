"""Makes the one script that records a host, and reads back what it printed.

Only what POSIX `sh`, awk and a handful of small tools can do: it runs under dash, busybox and bash alike.
"""

import os
import shlex
from collections.abc import Collection, Mapping
from itertools import pairwise

import msgspec

from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.snapshot.patterns import LIKELY
from leadline.snapshot.redact import awk

LIMIT = 64 * 1024 * 1024
"""Bytes of one command's output that are kept."""

_TOGETHER = 8
"""Quick commands in one process: as few processes as keep all the workers busy."""

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
    """A script's `text`; `nonce` marks its frames; `commands`: file name → command, in the order of their numbers."""

    text: str
    nonce: str
    commands: dict[str, str]


def script(
    commands: Mapping[str, str], *, timeout: int, jobs: int = 4, quick: Collection[str] = ()
) -> Script:
    """The script that runs the commands (file name → command), `jobs` at a time, each for `timeout` seconds.

    The `quick` ones run last, several in one process each; one that keeps the others of its process waiting
    runs again by itself.
    """
    ordered = {file: commands[file] for file in sorted(commands, key=lambda file: file in quick)}
    nonce = os.urandom(16).hex()
    cases = "\n".join(f"{number}) c={shlex.quote(text)};;" for number, text in enumerate(ordered.values()))
    alone = sum(file not in quick for file in ordered)
    starts = [*range(alone), *range(alone, len(ordered), _TOGETHER)]
    batches = [range(start, end) for start, end in pairwise([*starts, len(ordered)])]
    text = _SCRIPT
    for place, value in {
        "@NONCE@": nonce,
        "@BATCHES@": " ".join(f"'{' '.join(map(str, batch))}'" for batch in batches),
        "@WORKERS@": " ".join(str(number) for number in range(jobs)),
        "@TIMEOUT@": str(timeout),
        "@BLOCKS@": str(LIMIT // 512),
        "@LIKELY@": LIKELY,
        "@COMMANDS@": cases,
        "@AWK@": shlex.quote(awk()),
    }.items():
        text = text.replace(place, value)
    return Script(text, nonce, ordered)


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
    files = list(made.commands)
    frames: dict[str, Frame] = {}
    index: list[list[str]] = []
    while True:
        line, at = _line(printed, at)
        match line.split():
            case [made.nonce, _, _, _, _] as words:
                index.append(words)
            case [made.nonce, "data"]:
                for _, number, exit_code, status, size in index:
                    file, code, end = files[int(number)], int(exit_code), at + int(size)
                    frames[file] = Frame(file, code, status, printed[at:end], code == _TOO_LONG)
                    at = end
                if printed[at : at + 1] != b"\n":
                    raise HostError(_INCOMPLETE)
                at += 1
                index = []
            case [made.nonce, "end"]:
                break
            case _:
                raise HostError(_INCOMPLETE)
    return Recording(
        host, user == "0", float(seconds), tuple(frames[file] for file in files if file in frames)
    )


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
mkfifo "$D/done" && printf '%s\n' @AWK@ >"$D/awk" || { echo '@NONCE@ no-room'; exit 3; }
for w in @WORKERS@; do
  work >"$D/done" &
  p="$p $!"
done
printf '%s begin %s %s %s\n' @NONCE@ "$(uname -n)" "$(id -u)" "$(date +%s)"
while read -r files; do
  (cd "$D" && exec cat $files) && echo || exit 3
done <"$D/done"
wait
p=
echo '@NONCE@ end'
exit 0
}
work() {
trap - HUP INT TERM PIPE EXIT
set -C
cd "$D" || exit 3
held=0 files= ended=
for b in @BATCHES@; do
  if true >"b${b%% *}"; then
    run $b
    [ $held -lt 16 ] || flush
  fi
done
flush
}
text() {
case $1 in
@COMMANDS@
esac
}
run() {
if [ $# = 1 ]; then
  text $1
  (ulimit -f @BLOCKS@; unset POSIXLY_CORRECT; exec $limit sh -c "$c") >|o$1 2>|e$1
  end $1 $?
else
  t='trap "kill \$p; exit" TERM'
  for i do
    text $i
    t="$t
($c
) >o$i 2>e$i & p=\$!; wait \$p; echo \$? >x$i"
  done
  (ulimit -f @BLOCKS@; unset POSIXLY_CORRECT; exec $limit sh -c "$t")
  for i do
    if [ -s x$i ]; then
      read -r r <x$i
      end $i $r
    else
      run $i
    fi
  done
fi
}
end() {
r=$2 s=ok e=
if [ $r = 127 ]; then
  s=missing
elif [ $r != 0 ] || [ ! -s o$1 ]; then
  [ ! -s e$1 ] || e=$(head -c 4000 e$1)
  [ $r = 0 ] || s=failed
  case $r,$e in
    *': not found'* | *'command not found'*) s=missing;;
    153,*) s=ok;;
    124,* | 137,* | 143,*) [ -z "$limit" ] || s=timeout;;
    *[Pp]'ermission denied'* | *'peration not permitted'* | *'be root'* | *'ccess denied'* | *'uperuser'* | *'you root'* | *'root privileges'*) s=denied;;
  esac
fi
ended="$ended $1,$r,$s"
held=$((held + 1))
[ ! -s o$1 ] || files="$files o$1"
}
flush() {
[ -n "$ended" ] || return 0
clean= doubtful= sent= bad= sizes= index=i${ended##* } index=${index%%,*}
if [ -n "$files" ]; then
  clean=" $(echo $(grep -LEi -e '@LIKELY@' $files)) "
  for k in $files; do
    case $clean in *" $k "*) ;; *) doubtful="$doubtful $k";; esac
  done
  [ -z "$doubtful" ] || awk -f awk $doubtful || bad=1
  for k in $files; do
    case $clean in *" $k "*) ;; *) k=r${k#o};; esac
    case $bad$k in 1r*) ;; *) sent="$sent $k";; esac
  done
  set -- $(wc -c $sent)
  while [ $# -gt 1 ]; do
    sizes="$sizes ${2#?}=$1 "
    shift 2
  done
fi
for k in $ended; do
  r=${k#*,} k=${k%%,*}
  s=${r#*,} r=${r%,*} n=0
  case $sizes in *" $k="*) n=${sizes#*" $k="} n=${n%% *};; esac
  case $bad$doubtful' ' in 1*" o$k "*) s=failed;; esac
  echo "@NONCE@ $k $r $s $n"
done >$index
echo '@NONCE@ data' >>$index
echo "$index$sent"
held=0 files= ended=
}
main "$@"
"""
