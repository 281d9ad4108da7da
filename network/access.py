"""One SSH session with a device, over netmiko: pinned host key, the suite's own key, nothing asked."""

from __future__ import annotations

import contextlib
import logging
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from inventory.ssh import Login

SHELL = "linux"
"""netmiko's name for a device on which commands run by themselves, without a prompt."""
CONNECT_SECONDS = 8.0
"""A device here answers in milliseconds; TCP sends its first packet again after 1, 3 and 7 seconds."""


class Unreachable(Exception):
    """No session, or one that broke. The message is what a person should read."""

    exit_code = 7
    code = "unreachable"
    hint = "see whether the device has power and a path (`mroom check network`), then run it again"


class Rejected(Exception):
    """The device did not do what it was told."""

    exit_code = 1
    code = "device"
    hint = "read the device's own words above"


@dataclass(frozen=True)
class Answer:
    code: int
    out: bytes
    err: str

    def text(self) -> str:
        return self.out.decode("utf-8", errors="replace")


class Session:
    """Commands on a device that has a shell, each on a channel of its own: its output is whole and it has a code."""

    def __init__(self, device: str, connection: Any) -> None:
        self.device, self.connection = device, connection

    def run(self, *argv: str, stdin: bytes = b"", seconds: float = 60.0) -> Answer:
        """Run words (quoted here) as root. Raises Unreachable when the session breaks or no answer comes in time."""
        import paramiko  # type: ignore[import-untyped]  # it ships no type information

        try:
            with contextlib.closing(
                self.connection.remote_conn_pre.get_transport().open_session(timeout=seconds)
            ) as channel:
                channel.exec_command(shlex.join(["sudo", "-n", *argv]))
                return self._talk(channel, stdin, time.monotonic() + seconds)
        except (paramiko.SSHException, OSError, EOFError, AttributeError) as error:
            raise Unreachable(f"{self.device}: the session broke: {error or type(error).__name__}") from error

    def _talk(self, channel: Any, stdin: bytes, deadline: float) -> Answer:
        channel.settimeout(0.05)
        left, out, err = memoryview(stdin), bytearray(), bytearray()
        closed = False
        while True:
            if left and channel.send_ready():
                left = left[channel.send(left[:32768]) :]
            if not left and not closed:
                channel.shutdown_write()
                closed = True
            self._read(channel, out, err)
            # data always comes before the end: with the end there and nothing waiting, there is no more
            ended = channel.eof_received or channel.closed
            if ended and not channel.recv_ready() and not channel.recv_stderr_ready():
                break
            if time.monotonic() > deadline:
                raise Unreachable(f"{self.device}: no answer in time")
        while not channel.exit_status_ready() and time.monotonic() < deadline:
            channel.status_event.wait(0.1)
        if not channel.status_event.is_set() or (code := channel.recv_exit_status()) < 0:
            raise Unreachable(f"{self.device}: the session ended before the command did")
        return Answer(code, bytes(out), err.decode("utf-8", errors="replace"))

    @staticmethod
    def _read(channel: Any, out: bytearray, err: bytearray) -> None:
        """What has come; waits for the first of it, at most the channel's time-out."""
        while channel.recv_stderr_ready():
            err += channel.recv_stderr(65536)
        if channel.recv_ready() or not (channel.eof_received or channel.closed):
            with contextlib.suppress(TimeoutError):
                out += channel.recv(65536)


@contextmanager
def session(login: Login, device: str, address: str, device_type: str = SHELL, port: int = 22) -> Iterator[Session]:
    """A session with a device at its address. Raises Unreachable, also when its host key is not the pinned one."""
    connection = _connect(login, device, address, device_type, port)
    try:
        yield Session(device, connection)
    finally:
        with contextlib.suppress(Exception):
            connection.paramiko_cleanup()


def _connect(login: Login, device: str, address: str, device_type: str, port: int) -> Any:
    import netmiko
    import paramiko

    # What goes wrong is said once, by us; paramiko would print a traceback of its thread besides.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)
    try:
        connection = netmiko.ConnectHandler(
            device_type=device_type,
            host=address,
            port=port,
            username=login.user,
            pkey=paramiko.PKey.from_path(login.key),
            allow_agent=False,
            ssh_strict=True,
            system_host_keys=False,
            alt_host_keys=True,
            alt_key_file=str(login.known_hosts),
            conn_timeout=CONNECT_SECONDS,
            banner_timeout=CONNECT_SECONDS,
            auth_timeout=CONNECT_SECONDS,
            auto_connect=False,
        )
        connection.establish_connection()
        if device_type != SHELL:  # a command line has a prompt to be found and pages to be switched off
            connection.session_preparation()
    except netmiko.NetmikoAuthenticationException as error:
        raise Unreachable(f"{device} ({address}): the key {login.key} is not accepted") from error
    except netmiko.NetmikoTimeoutException as error:
        # netmiko calls whatever goes wrong before the login a time-out; what it really was is behind it
        cause = error.__context__
        if isinstance(cause, paramiko.BadHostKeyException):
            message = f"{device} ({address}): its host key is not the one in {login.known_hosts}"
        elif isinstance(cause, (paramiko.SSHException, OSError)) and not isinstance(cause, TimeoutError):
            message = f"{device} ({address}): {_first_line(cause)}"
        else:
            message = f"{device} ({address}): no connection within {CONNECT_SECONDS:g} s"
        raise Unreachable(message) from error
    except (netmiko.NetmikoBaseException, paramiko.SSHException, OSError, EOFError, ValueError) as error:
        raise Unreachable(f"{device} ({address}): {_first_line(error)}") from error
    return connection


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
