"""Recording of a running gateway: begun and ended by the configuration, by command, or when its time is over."""

from __future__ import annotations

import asyncio
import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from gateway.config import ListenerSection
from gateway.recording.format import Header, RecordedLink
from gateway.recording.recorder import STOP_S, Recorder
from gateway.recording.stream import Start

if TYPE_CHECKING:
    from gateway.app import Gateway


class RecordingState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the gateway records, into which folder, and for how much longer; 0: until it is told to end."""

    on: bool
    folder: str
    seconds_left: float = 0.0


class RecordingEnded(msgspec.Struct, frozen=True):
    """Whether there was one to end."""

    was_on: bool


class Recordings:
    """The one recording that a gateway makes at a time."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._recorder: Recorder | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> RecordingState:
        folder = str(self._gateway.settings.recordings_path())
        timer = self._timer
        left = 0.0 if timer is None else max(0.0, timer.when() - asyncio.get_running_loop().time())
        return RecordingState(on=self._recorder is not None, folder=folder, seconds_left=round(left, 1))

    @property
    def process(self) -> int | None:
        """The id of the recorder's process; None where there is none."""
        return None if self._recorder is None else self._recorder.pid

    @property
    def keeps_up(self) -> bool:
        """Whether all that goes by is being recorded now."""
        return self._recorder is not None and self._recorder.keeps_up

    async def begin(self, lasts_s: float = 0.0) -> RecordingState:
        """Records from now on, for so long or (0) until `end`; one that is made already goes on for so long."""
        if self._recorder is None:
            gateway = self._gateway
            listeners = {each.name for each in gateway.settings.listeners}
            recorder = Recorder(
                start_of(gateway),
                gateway.connections,
                listeners.__contains__,
                gateway.settings.recording.buffer_octets_max,
                self._failed,
            )
            await recorder.start()
            self._recorder = recorder
            gateway.intake.tap = gateway.sender.tap = gateway.engine.tap = recorder
            gateway.telemetry.noted("recording", folder=str(gateway.settings.recordings_path()), lasts_s=lasts_s)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if lasts_s:
            self._timer = asyncio.get_running_loop().call_later(lasts_s, self._over)
        return self.state

    async def end(self, patience_s: float = STOP_S) -> RecordingEnded:
        """Ends it; returns when its files are whole, or are left uncompressed because they take longer than that."""
        recorder = self._forget()
        if recorder is not None:
            await recorder.stop(patience_s)
            self._gateway.telemetry.noted("recording_ended")
        return RecordingEnded(was_on=recorder is not None)

    def reloaded(self, digest: str) -> None:
        """Another catalogue answers from now on."""
        if self._recorder is not None:
            self._recorder.reloaded(digest)

    def _forget(self) -> Recorder | None:
        recorder, self._recorder = self._recorder, None
        gateway = self._gateway
        gateway.intake.tap = gateway.sender.tap = gateway.engine.tap = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return recorder

    def _over(self) -> None:
        task = asyncio.create_task(self._end_quietly(), name="recording ends")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end_quietly(self) -> None:
        await self.end()

    def _failed(self, reason: str) -> None:
        self._forget()
        self._gateway.telemetry.noted("recording_failed", reason=reason)


def start_of(gateway: Gateway) -> Start:
    """What the recorder needs to know of a gateway."""
    settings = gateway.settings
    section = settings.recording
    return Start(
        Header(
            made_by=f"ussdgw {version('ussdgw')}",
            links=tuple(
                RecordedLink(
                    name=peer.name,
                    listener=isinstance(peer, ListenerSection),
                    dialect=peer.dialect,
                    default_alphabet=peer.default_alphabet,
                    peer_response_timeout_s=peer.peer_response_timeout_s,
                    redelivery_horizon_s=peer.redelivery_horizon_s or settings.engine.redelivery_horizon_s,
                )
                for peer in (*settings.listeners, *settings.links)
            ),
            pseudonyms=section.numbers == "pseudonyms",
            catalogue=gateway.rooms.digest,
        ),
        stand_in_key(gateway.secret),
        str(settings.recordings_path()),
        section.file_octets_max,
        section.file_minutes * 60,
        section.total_octets_max,
    )


def stand_in_key(secret: bytes) -> bytes:
    """The key of stand-ins: another than that of codes, and the same in every recording of one operator."""
    return hashlib.blake2b(secret, digest_size=32, person=b"ussdgw recording").digest()
