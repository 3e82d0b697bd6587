"""The control socket: one line of JSON asks a running gateway, lines of JSON answer. docs/control.md is the contract.

A request names a command and its arguments; while it works, progress may come; a result or an error ends it. What the
commands do is handed in. The socket file is for the gateway's own user only (mode 0600), and one gateway's only.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gateway.catalogue.faults import Fault, nearest
from gateway.store.protocol import StoreError

VERSION = 1
LINE_OCTETS_MAX = 1 << 20
CONNECTIONS_MAX = 16
ADDRESS_OCTETS_MAX = 107  # of a Unix socket's path, without the NUL: unix(7)
ANSWER_WAIT_S = 60.0


class ControlError(Exception):
    """The gateway could not be asked, or refused; the message says why and what to do. `faults`: of files."""

    def __init__(self, name: str, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.faults = tuple(faults)


class NotRunning(ControlError):
    """Nobody answers at the socket."""


# -- the lines ---------------------------------------------------------------------------------------------------


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The arguments of a command that takes none."""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    command: str
    version: int = VERSION
    arguments: msgspec.Raw = msgspec.Raw(b"{}")


class Failure(msgspec.Struct, frozen=True):
    """`name` is for programs, `message` for people."""

    name: str
    message: str
    faults: tuple[Fault, ...] = ()


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one of the three; `progress` is followed by more."""

    version: int
    progress: Any = None
    result: Any = None
    error: Failure | None = None


Progress = Callable[[object], None]
A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class ControlCommand:
    """What a command is: the type of its arguments, and the coroutine that carries it out."""

    arguments: type[msgspec.Struct]
    run: Callable[[Any, Progress], Awaitable[object]]


_read_request = msgspec.json.Decoder(Request).decode
_read_answer = msgspec.json.Decoder(Answer).decode


def read_request(line: bytes, commands: Mapping[str, ControlCommand]) -> tuple[ControlCommand, msgspec.Struct]:
    """The command that a line asks for, with its arguments. Raises ControlError."""
    try:
        request = _read_request(line)
    except msgspec.MsgspecError as error:
        raise ControlError("bad_request", f"not a request: {error}") from None
    if request.version != VERSION:
        raise ControlError(
            "other_version",
            f"version {request.version} is asked for, this gateway speaks {VERSION}: use its own ussdgw",
        )
    command = commands.get(request.command)
    if command is None:
        known = nearest(request.command, commands)
        raise ControlError("unknown_command", f"there is no command {request.command!r}{known}")
    try:
        return command, msgspec.json.decode(request.arguments, type=command.arguments)
    except msgspec.MsgspecError as error:
        raise ControlError("bad_arguments", f"{request.command}: {error}") from None


def line_of(document: msgspec.Struct) -> bytes:
    return msgspec.json.encode(document) + b"\n"


def failed(error: ControlError) -> Answer:
    return Answer(VERSION, error=Failure(error.name, error.message, error.faults))


# -- the gateway's end -------------------------------------------------------------------------------------------


class ControlServer:
    """Listens at a path and answers, the requests of one connection one after the other."""

    def __init__(self, path: Path, commands: Mapping[str, ControlCommand]) -> None:
        self.path = path
        self._commands = commands
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Takes the path. Raises ControlError where another gateway has it, or it cannot be had."""
        listening = _listen(self.path)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=LINE_OCTETS_MAX)

    async def stop(self) -> None:
        """Ends every connection and gives the path back."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        self._server = None
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            if len(self._serving) > CONNECTIONS_MAX:
                too_many = ControlError("busy", f"{CONNECTIONS_MAX} connections are open already: close one")
                writer.write(line_of(failed(too_many)))
                return
            while line := await reader.readline():
                writer.write(line_of(await self._answer(line, writer)))
                await writer.drain()
        except ValueError:  # a line without an end: asyncio has thrown it away
            too_long = ControlError("bad_request", f"a line is longer than {LINE_OCTETS_MAX} octets")
            writer.write(line_of(failed(too_long)))
        except ConnectionError:
            pass  # who asked has gone
        except asyncio.CancelledError:
            pass  # the gateway stops; asyncio's streams would report it as a fault
        finally:
            self._serving.discard(task)
            writer.close()

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> Answer:
        def tell(progress: object) -> None:
            writer.write(line_of(Answer(VERSION, progress=progress)))

        try:
            command, arguments = read_request(line, self._commands)
            return Answer(VERSION, result=await command.run(arguments, tell))
        except ControlError as error:
            return failed(error)
        except StoreError as error:
            return failed(ControlError("store", error.message))


def _listen(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_stale(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        # The file must never be open to others, not even between two calls. The mask is the process's; nothing else
        # of ours that is made in this instant minds.
        mask = os.umask(0o177)
        try:
            with _address(path) as address:
                listening.bind(address)
        finally:
            os.umask(mask)
        listening.listen(CONNECTIONS_MAX)
    except OSError as error:
        listening.close()
        raise ControlError("socket", f"[control] socket {path}: {error.strerror or error}") from None
    return listening


def _clear_stale(path: Path) -> None:
    """A gateway that was killed leaves its socket's file, at which nobody answers."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ControlError("socket", f"[control] socket {path}: a file that is no socket is in its place; move it away")
    try:
        connect(path).close()
    except NotRunning:
        path.unlink(missing_ok=True)
        return
    raise ControlError(
        "socket", f"[control] socket {path}: another gateway answers there; stop that one or name another path"
    )


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """The path as a socket's address; a long one is reached through its folder, because an address is short."""
    if len(os.fsencode(path)) <= ADDRESS_OCTETS_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


# -- the other end -----------------------------------------------------------------------------------------------


def connect(path: Path) -> socket.socket:
    """A connection to the gateway that listens at the path. Raises NotRunning."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(ANSWER_WAIT_S)
    try:
        with _address(path) as address:
            client.connect(address)
    except (FileNotFoundError, ConnectionRefusedError):
        client.close()
        raise NotRunning("not_running", f"no gateway answers at {path}: start it, or name its --config") from None
    except OSError as error:
        client.close()
        raise ControlError("socket", f"{path}: {error.strerror or error}") from None
    return client


class ControlClient:
    """Asks a running gateway. `with ControlClient(path) as gateway: gateway.ask("status")`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = connect(path)
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> ControlClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def ask(self, command: str, arguments: msgspec.Struct | None = None, progress: Progress | None = None) -> Any:
        """The result of a command. Raises ControlError where it is refused or the gateway goes away."""
        body = msgspec.Raw(msgspec.json.encode(arguments if arguments is not None else Nothing()))
        try:
            self._socket.sendall(line_of(Request(command, arguments=body)))
            while line := self._lines.readline():
                answer = _read_answer(line)
                if answer.error is not None:
                    raise ControlError(answer.error.name, answer.error.message, answer.error.faults)
                if answer.progress is None:
                    return answer.result
                if progress is not None:
                    progress(answer.progress)
        except TimeoutError:
            raise ControlError("socket", f"{self.path}: no answer within {ANSWER_WAIT_S:.0f} s") from None
        except (OSError, msgspec.MsgspecError) as error:
            raise ControlError("socket", f"{self.path}: {error}") from None
        raise ControlError("socket", f"{self.path}: the gateway ended before it answered")
