"""The dialogs that are open or were interrupted: in memory what the store has on the disk, so that none is read again.

Only the engine changes them, after its commit. A dial without a dialog costs one look into a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from gateway.model import Dialog, DialogKey, Instant


class Dialogs:
    """By number and key, the one that was shown longest ago first."""

    def __init__(self, dialogs_max: int = 200_000) -> None:
        self.dialogs_max = dialogs_max
        self._dialogs: dict[DialogKey, Dialog] = {}
        self.waiting: dict[int, DialogKey] = {}  # by the effect whose result they show
        self.pushed: dict[int, DialogKey] = {}  # by the outbox row that opens them

    def restore(self, dialogs: Iterable[Dialog], now: Instant) -> None:
        """Those of the store, in its order; what a clock that was ahead has stamped was shown now at the latest. The
        connections of the last run are gone.
        """
        for each in dialogs:
            dialog = _without_connection(replace(each, shown_at=now) if each.shown_at > now else each)
            self._dialogs[each.msisdn, each.key] = dialog
            self._index((each.msisdn, each.key), dialog)

    def clock_jumped(self, milliseconds: int) -> None:
        """The clock was set: what is on the screens was shown as long ago as before."""
        for key, each in self._dialogs.items():
            self._dialogs[key] = replace(
                each,
                shown_at=Instant(each.shown_at + milliseconds),
                opened_at=Instant(each.opened_at + milliseconds),
            )

    def get(self, key: DialogKey) -> Dialog | None:
        return self._dialogs.get(key)

    def older(self, since: int) -> Iterator[DialogKey]:
        """Those that were shown before then, and those above the limit: nobody goes on with them."""
        above = len(self._dialogs) - self.dialogs_max
        for count, (key, dialog) in enumerate(self._dialogs.items()):
            if dialog.shown_at >= since and count >= above:
                return
            yield key

    def written(self, changed: Mapping[DialogKey, Dialog | None], ended: Iterable[DialogKey]) -> None:
        """What a commit has made of them."""
        for key in ended:
            self._drop(key)
        for key, dialog in changed.items():
            self._drop(key)  # to the end of the order
            if dialog is not None:
                self._dialogs[key] = dialog
                self._index(key, dialog)

    def _drop(self, key: DialogKey) -> None:
        dialog = self._dialogs.pop(key, None)
        if dialog is not None:
            self.waiting.pop(dialog.waits, None)
            self.pushed.pop(dialog.row, None)

    def _index(self, key: DialogKey, dialog: Dialog) -> None:
        if dialog.waits:
            self.waiting[dialog.waits] = key
        if dialog.push:
            self.pushed[dialog.row] = key

    def __len__(self) -> int:
        return len(self._dialogs)


def _without_connection(dialog: Dialog) -> Dialog:
    place = dialog.place
    return dialog if place is None else replace(dialog, place=replace(place, connection=0))
