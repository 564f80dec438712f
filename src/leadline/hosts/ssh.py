"""A host over SSH: one connection, strict host keys, the user's own agent, keys and ~/.ssh/config."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.base.command import Command, Completed
from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.hosts.shell import PLAIN, SUDO

if TYPE_CHECKING:
    import asyncssh

CONNECT = 15
"""Seconds until a host that does not answer is given up."""


class SshHost:
    """A host over SSH. `address`: a name, an address or an alias of the SSH configuration; `user`, `port`:
    None leaves them to that configuration. `sudo`: run as root where sudo asks for no password."""

    def __init__(
        self, name: str, address: str, *, user: str | None = None, port: int | None = None, sudo: bool = False
    ) -> None:
        self.name = name
        self._address = address
        self._user = user
        self._port = port
        self._line = SUDO if sudo else PLAIN

    async def run(self, command: Command) -> Completed:
        """Runs the script over a connection of its own.

        Raises HostError where the host is not reached, not trusted, refuses us, or the connection breaks.
        """
        import asyncssh

        try:
            chosen = self._chosen()
            async with (
                asyncssh.connect(self._address, **chosen) as connection,
                asyncio.timeout(command.timeout),
            ):
                done = await connection.run(self._line, input=command.text.encode(), encoding=None)
        except TimeoutError:
            raise HostError(self._late(command)) from None
        except (OSError, asyncssh.Error, ValueError) as error:
            raise HostError(self._refusal(error, await self._changed(error))) from error
        if done.exit_status is None:  # the session died: asyncssh does not raise for it
            raise HostError(
                Text(
                    f"{self.name}: the connection broke before the recording ended; record this host again",
                    f"{self.name}: 기록이 끝나기 전에 연결이 끊겼습니다. 이 호스트를 다시 기록하십시오",
                )
            )
        return Completed(done.exit_status, _bytes(done.stdout), _bytes(done.stderr))

    def _chosen(self) -> dict[str, Any]:
        """What is asked of asyncssh beyond the user's own configuration."""
        chosen: dict[str, Any] = {
            "connect_timeout": CONNECT,
            "login_timeout": CONNECT,
            "keepalive_interval": 15,
            "keepalive_count_max": 4,
        }
        if self._user is not None:
            chosen["username"] = self._user
        if self._port is not None:
            chosen["port"] = self._port
        chosen["known_hosts"] = _known_hosts(self._configured())
        return chosen

    def _configured(self) -> "asyncssh.SSHClientConnectionOptions":
        import asyncssh

        place = {"port": self._port} if self._port is not None else {}
        return asyncssh.SSHClientConnectionOptions(host=self._address, config=(), **place)

    def _late(self, command: Command) -> Text:
        return Text(
            f"{self.name}: no answer in time (connecting {CONNECT} s, recording {command.timeout:.0f} s); check the address and the network, or allow more with --timeout",
            f"{self.name}: 제시간에 응답이 없습니다(연결 {CONNECT}초, 기록 {command.timeout:.0f}초). 주소와 네트워크를 확인하거나 --timeout으로 시간을 늘리십시오",
        )

    async def _changed(self, error: Exception) -> bool:
        """Whether the host shows a key, but another one than is trusted. One of another kind breaks the
        connection before it is shown, so it is asked for."""
        import asyncssh

        lost = isinstance(error, asyncssh.KeyExchangeFailed | asyncssh.ConnectionLost | ConnectionResetError)
        if not (lost or isinstance(error, asyncssh.HostKeyNotVerifiable)) or not _trusted(self._configured()):
            return False
        if not lost:
            return True
        try:
            async with asyncio.timeout(CONNECT):
                shown = await asyncssh.get_server_host_key(self._address, self._port or (), config=())
        except (TimeoutError, OSError, asyncssh.Error):
            return False
        return shown is not None and not any(shown == key for key in _trusted(self._configured()))

    def _refusal(self, error: Exception, changed: bool) -> Text:
        import asyncssh

        name, address = self.name, self._address
        configured = self._configured()
        port = configured.port
        place = configured.host if port == 22 else f"[{configured.host}]:{port}"
        keyscan = f"ssh-keyscan {'' if port == 22 else f'-p {port} '}{configured.host} >> ~/.ssh/known_hosts"
        if changed or isinstance(error, asyncssh.HostKeyNotVerifiable):
            if changed:
                return Text(
                    f"{name}: its host key is not the one that was trusted; if the machine was really replaced, remove the old key with `ssh-keygen -R {place}` and connect once with ssh",
                    f"{name}: 호스트 키가 신뢰하던 키와 다릅니다. 서버를 실제로 교체한 것이라면 `ssh-keygen -R {place}`로 옛 키를 지우고 ssh로 한 번 접속하십시오",
                )
            return Text(
                f"{name}: its host key is not known; connect once with `ssh {address}` and compare the key, or add it with `{keyscan}`",
                f"{name}: 알 수 없는 호스트 키입니다. `ssh {address}`로 한 번 접속하여 키를 확인하거나 `{keyscan}`로 추가하십시오",
            )
        if isinstance(error, asyncssh.PermissionDenied):
            who = self._user or "the user of the SSH configuration"
            return Text(
                f"{name}: the login as {who} was refused; load the key with ssh-add, or name another user as user@{address}",
                f"{name}: {self._user or 'SSH 설정의 사용자'} 로그인이 거부되었습니다. ssh-add로 키를 등록하거나 다른 사용자를 user@{address}로 지정하십시오",
            )
        if isinstance(error, ConnectionRefusedError):
            return Text(
                f"{name}: the connection was refused; check that sshd runs there and that the port is right",
                f"{name}: 연결이 거부되었습니다. sshd가 실행 중인지, 포트가 맞는지 확인하십시오",
            )
        if isinstance(error, OSError) and type(error).__name__ == "gaierror":
            return Text(
                f"{name}: the name {address} is not known; check it, or give an address",
                f"{name}: {address}라는 이름을 찾을 수 없습니다. 이름을 확인하거나 주소를 지정하십시오",
            )
        return Text(
            f"{name}: the connection failed ({error}); try `ssh {address}`",
            f"{name}: 연결하지 못하였습니다({error}). `ssh {address}`로 확인하십시오",
        )


def _known_hosts(configured: "asyncssh.SSHClientConnectionOptions") -> list[str] | bytes:
    """The known_hosts files that exist. None at all trusts nobody; asyncssh by itself would trust anybody
    under `UserKnownHostsFile none`, and fail on a file that does not exist."""
    named = configured.known_hosts
    files = [str(each) for each in named] if isinstance(named, list) else []
    files = files or [str(Path("~/.ssh/known_hosts").expanduser())]
    there = [file for file in (*files, "/etc/ssh/ssh_known_hosts") if Path(file).is_file()]
    return there if named is not None and there else b""


def _trusted(configured: "asyncssh.SSHClientConnectionOptions") -> list[object]:
    """The keys of this host that are trusted already: where there are some, another one was put in their place."""
    import asyncssh

    port = configured.port if configured.port != 22 else None
    host = configured.host_key_alias or configured.host
    matched = asyncssh.match_known_hosts(_known_hosts(configured), host, "", port)
    return [*matched[0], *matched[1]]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
