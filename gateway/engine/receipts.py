"""Which reply a receipt means: what waits for one, what came too early, and how each link writes its ids.

A receipt may come before the response that names its message, in another notation, twice, or for nothing of ours. What
finds no reply is kept as an orphan, and looked at again with each response. A batch works on a `Matching` of its own,
which becomes true only when the batch is on the disk. Pure; the engine loads and writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import msgspec

from gateway.messages import PARTS_MAX, Awaited, OutboxState, Receipt
from gateway.model import Msisdn
from gateway.store.protocol import OrphanRow
from smpp.receipt import Rung, fold_id, rung_between, rungs

AWAITED_MAX = 20_000
"""Parts held in memory, the newest ones; older ones that still wait are found on the disk."""
CLOSED_MAX = 10_000
"""Replies whose fate is known, remembered so that a second receipt for one is no orphan."""
SAME_DIGITS = 7  # at the end of two addresses: the same phone, however the centre writes country and area

_encode = msgspec.msgpack.Encoder().encode

Each = TypeVar("Each")


def unnamed_key(number: str) -> str:
    """Under which a part is filed to which the centre gave no id: perhaps its receipt can be told by its number."""
    return f"?{number}"


def _oldest(kept: Iterable[Each], count: int) -> list[Each]:
    """In one walk: where a dictionary begins, each walk passes the places of all that were deleted before."""
    return list(islice(kept, count))


def _keep_newest(kept: dict[Each, Any], most: int) -> None:
    if len(kept) > most:
        for key in _oldest(kept, len(kept) - most):
            del kept[key]


class Receipts:
    """What lasts from batch to batch."""

    def __init__(self, orphans_max: int) -> None:
        self.orphans_max = orphans_max
        self.rungs: dict[str, Rung] = {}  # by link: the rung that matched last, to be tried first
        self.whole = True  # all that waits is in memory, so that the disk need not be asked
        self.awaited: dict[int, Awaited] = {}
        self.by_key: dict[str, list[Awaited]] = {}
        self.orphans: dict[int, Receipt] = {}
        self.orphans_by_key: dict[str, list[int]] = {}
        self.orphan_last = 0
        self.closed: dict[int, OutboxState] = {}  # row -> what became of it
        self.closed_ids: dict[tuple[str, str], tuple[int, int]] = {}  # (link, folded id) -> row, how many parts

    def restore(self, awaited: list[Awaited], orphans: Iterable[OrphanRow]) -> None:
        """What the last run left."""
        self.whole = len(awaited) < AWAITED_MAX
        for each in awaited:
            self._add(each)
        for row in orphans:
            self._add_orphan(row.id, msgspec.msgpack.decode(row.document, type=Receipt))

    def commit(self, matching: Matching) -> None:
        """Its batch is on the disk."""
        for part in matching.gone:
            self._drop(part)
        for each in matching.added.values():
            self._drop(each.id)
            self._add(each)
        for orphan in matching.orphans_gone:
            receipt = self.orphans.pop(orphan, None)
            for key in _keys(receipt) if receipt is not None else ():
                self.orphans_by_key[key].remove(orphan)
                if not self.orphans_by_key[key]:
                    del self.orphans_by_key[key]
        for orphan, receipt in matching.orphans_added.items():
            self._add_orphan(orphan, receipt)
        self.orphan_last = matching.orphan_last
        self.rungs.update(matching.rungs)
        self.closed.update(matching.closed)
        self.closed_ids.update(matching.closed_ids)
        _keep_newest(self.closed, CLOSED_MAX)
        _keep_newest(self.closed_ids, CLOSED_MAX)
        if len(self.awaited) > AWAITED_MAX:
            self.whole = False
            for each in _oldest(self.awaited.values(), len(self.awaited) - AWAITED_MAX):
                self._drop_reply(each)

    def _add(self, each: Awaited) -> None:
        self.awaited[each.id] = each
        self.by_key.setdefault(each.key, []).append(each)

    def _drop(self, part: int) -> None:
        each = self.awaited.pop(part, None)
        if each is not None:
            same = self.by_key[each.key]
            same.remove(each)
            if not same:
                del self.by_key[each.key]

    def _drop_reply(self, each: Awaited) -> None:
        """All parts of a reply together: whether a reply is whole is asked of all its parts."""
        first = each.row * PARTS_MAX
        for part in range(first, first + each.parts):
            self._drop(part)

    def _add_orphan(self, orphan: int, receipt: Receipt) -> None:
        self.orphans[orphan] = receipt
        self.orphan_last = max(self.orphan_last, orphan)
        for key in _keys(receipt):
            self.orphans_by_key.setdefault(key, []).append(orphan)


@dataclass(slots=True)
class Matching:
    """One batch's view of the receipts, and what it has changed in it. Changes of rows are left to the batch."""

    base: Receipts
    added: dict[int, Awaited] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    loaded: dict[int, Awaited] = field(default_factory=dict)
    orphans_added: dict[int, Receipt] = field(default_factory=dict)
    orphans_gone: list[int] = field(default_factory=list)
    orphan_last: int = 0
    rungs: dict[str, Rung] = field(default_factory=dict)
    closed: dict[int, OutboxState] = field(default_factory=dict)
    closed_ids: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    orphaned: list[Receipt] = field(default_factory=list)  # for the log
    _added_by_key: dict[str, list[Awaited]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.orphan_last = self.base.orphan_last

    # -- what must be loaded first

    def keys_to_load(self, receipts: Iterable[Receipt]) -> set[str]:
        """Under which keys the disk shall be asked: none, while memory holds all that waits."""
        if self.base.whole:
            return set()
        keys: set[str] = set()
        for receipt in receipts:
            if receipt.state is not None and self._find(receipt) is None:
                keys.update(key for each in receipt.ids for key in rungs(each))
                keys.update(unnamed_key(_digits(number)) for number in receipt.numbers)
        return keys

    def take_loaded(self, awaited: Iterable[Awaited]) -> None:
        for each in awaited:
            self.loaded[each.id] = each

    # -- what the batch tells

    def sent(self, awaited: tuple[Awaited, ...]) -> Iterator[tuple[int, OutboxState]]:
        """A reply has left and waits for its receipts; yields what receipts that came before it say of it."""
        for each in awaited:
            self.added[each.id] = each
            self.gone.discard(each.id)
            self._added_by_key.setdefault(each.key, []).append(each)
        if not (self.base.orphans or self.orphans_added):
            return
        for each in awaited:
            for orphan in list(self._early(each)):
                receipt = self.orphans_added.pop(orphan, None) or self.base.orphans[orphan]
                if orphan in self.base.orphans:
                    self.orphans_gone.append(orphan)
                yield from self._settle(each, receipt)

    def came(self, receipt: Receipt) -> tuple[int, list[tuple[int, OutboxState]]]:
        """A receipt: the row that it means (0: none) and the changes that it makes."""
        found = self._find(receipt)
        if found is not None:
            return found.row, list(self._settle(found, receipt))
        row, parts = self._closed(receipt)
        if row:  # told before; what failed may have arrived in the end
            arrived = receipt.state is OutboxState.DELIVERED and self.outcome(row) is not OutboxState.DELIVERED
            if not (arrived and parts == 1):
                return row, []
            self.closed[row] = OutboxState.DELIVERED
            return row, [(row, OutboxState.DELIVERED)]
        if receipt.state is not None:
            self._keep(receipt)
        return 0, []

    def outcome(self, row: int) -> OutboxState | None:
        """What receipts have said became of a reply; None: not the last word yet, or long ago."""
        return self.closed.get(row) or self.base.closed.get(row)

    # -- inside

    def _find(self, receipt: Receipt) -> Awaited | None:
        first = self.rungs.get(receipt.link) or self.base.rungs.get(receipt.link)
        if first is Rung.EXACT:  # nearly always
            received = receipt.ids[0] if receipt.ids else ""
            same = self.base.by_key.get(fold_id(received), ())
            if len(same) == 1:
                each = same[0]
                if (
                    each.message_id == received
                    and each.link == receipt.link
                    and each.msisdn in receipt.numbers
                    and each.id not in self.gone
                    and each.id not in self.added
                ):
                    return each
        likely: tuple[Awaited, Rung] | None = None
        for received in receipt.ids:
            for key in rungs(received, first):
                for each in self._known(key):
                    rung = rung_between(received, each.message_id)
                    if rung is None:
                        continue
                    here = each.link == receipt.link
                    about = _same_phone(each.msisdn, receipt.numbers)
                    if here and about:
                        if rung is not first:
                            self.rungs[receipt.link] = rung
                        return each
                    if likely is None and (about or here) and rung in (Rung.EXACT, Rung.CASE, Rung.ZEROS):
                        likely = each, rung  # by the receiver of a pair, or with addresses that nobody can read
        if likely is not None:
            return likely[0]
        return self._unnamed(receipt)

    def _unnamed(self, receipt: Receipt) -> Awaited | None:
        """The one part whose id the centre never told, to the phone that the receipt is about."""
        found = [
            each
            for number in receipt.numbers
            for each in self._known(unnamed_key(_digits(number)))
            if each.link == receipt.link
        ]
        return found[0] if len(found) == 1 else None

    def _known(self, key: str) -> Iterator[Awaited]:
        for each in self.base.by_key.get(key, ()):
            if each.id not in self.gone and each.id not in self.added:
                yield each
        for each in self._added_by_key.get(key, ()):
            if each.id not in self.gone and self.added.get(each.id) is each:
                yield each
        if self.loaded:
            for each in self.loaded.values():
                if each.key == key and each.id not in self.gone and each.id not in self.base.awaited:
                    yield each

    def _settle(self, each: Awaited, receipt: Receipt) -> Iterator[tuple[int, OutboxState]]:
        state = receipt.state
        if state is None:
            return
        row = each.row
        for received in receipt.ids:
            self.closed_ids[receipt.link, fold_id(received)] = row, each.parts
        if each.parts > 1 and state is not OutboxState.DELIVERED:
            self.closed[row] = state  # the part stays: with it missing the reply is never whole
            yield row, state
            return
        self.gone.add(each.id)
        if each.parts == 1 or not self._left(row, each.parts):
            self.closed[row] = state
            yield row, state

    def _left(self, row: int, parts: int) -> bool:
        """Whether other parts of a reply still wait."""
        first = row * PARTS_MAX
        ids = range(first, first + parts)
        return any(
            part not in self.gone and (part in self.added or part in self.base.awaited or part in self.loaded)
            for part in ids
        )

    def _closed(self, receipt: Receipt) -> tuple[int, int]:
        """The reply, and how many parts it has, that a receipt of this id has been about; (0, 0): none lately."""
        for received in receipt.ids:
            key = (receipt.link, fold_id(received))
            found = self.closed_ids.get(key) or self.base.closed_ids.get(key)
            if found is not None:
                return found
        return 0, 0

    def _keep(self, receipt: Receipt) -> None:
        self.orphan_last += 1
        self.orphans_added[self.orphan_last] = receipt
        self.orphaned.append(receipt)
        kept = len(self.base.orphans) + len(self.orphans_added) - len(self.orphans_gone)
        if kept > self.base.orphans_max:
            oldest = next((orphan for orphan in self.base.orphans if orphan not in self.orphans_gone), 0)
            if oldest:
                self.orphans_gone.append(oldest)
            else:
                del self.orphans_added[next(iter(self.orphans_added))]

    def _early(self, each: Awaited) -> Iterator[int]:
        """The orphans that mean a part."""
        if not each.message_id:
            return
        for key in rungs(each.message_id):
            for orphan in self.base.orphans_by_key.get(key, ()):
                if orphan not in self.orphans_gone and _means(self.base.orphans[orphan], each):
                    yield orphan
        for orphan, receipt in self.orphans_added.items():
            if _means(receipt, each):
                yield orphan

    def orphan_rows(self) -> list[OrphanRow]:
        return [OrphanRow(orphan, each.at, each.link, _encode(each)) for orphan, each in self.orphans_added.items()]


def _means(receipt: Receipt, each: Awaited) -> bool:
    found = any(rung_between(received, each.message_id) is not None for received in receipt.ids)
    return found and receipt.link == each.link and _same_phone(each.msisdn, receipt.numbers)


def _same_phone(msisdn: Msisdn, numbers: tuple[str, str]) -> bool:
    """Whether one of a receipt's addresses is the phone's; centres turn them round, or leave out the country."""
    if msisdn in numbers:
        return True
    tail = msisdn[-SAME_DIGITS:]
    return any(number.endswith(tail) for number in numbers)


def _digits(number: str) -> str:
    return number.lstrip("+")


def _keys(receipt: Receipt) -> set[str]:
    return {fold_id(received) for received in receipt.ids}
