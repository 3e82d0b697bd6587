"""The family's common bill: one number pays, all use its account.

The numbers belong to one private person in one region, and both sides agree. A member's own account stays as it is
meanwhile, with what is on it, and is his again when he leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.commands import Command, Otp, Outcome, Reply, UnitOfWork, handles, refused
from gateway.model import Account, AccountId, Money, Msisdn, PersonKind, Record, Subscriber
from gateway.rules import confirmations
from gateway.rules.confirmations import CODE_REFUSALS
from gateway.rules.paying import Promised
from gateway.rules.strangers import ours


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Command):
    """The members, and the common balance."""

    name = "family.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Command):
    """Files the request after a question, and asks the member for consent."""

    name = "family.invite"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Command):
    """The member has agreed: `msisdn` pays for `number` from now on."""

    name = "family.join"
    own = True
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Takes a member off the common bill after a question; a member names his own number to leave."""

    name = "family.remove"
    number: Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """The member agrees."""

    name = "family.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """The member declines."""

    name = "family.decline"
    own_number_only = True
    code: Otp


class Family(Record, frozen=True, array_like=True, gc=False):
    """The numbers whose bill a number, the key, pays besides its own."""

    kind = "family"
    members: tuple[Msisdn, ...] = ()


def _subject(command: Command, uow: UnitOfWork) -> Subscriber:
    subscriber = uow.subscriber(command.msisdn)
    assert subscriber is not None
    return subscriber


def _pays_itself(subscriber: Subscriber) -> bool:
    return subscriber.account == AccountId(subscriber.msisdn)


@handles(List)
def show(command: List, uow: UnitOfWork) -> Outcome:
    """Who pays, for whom, and what is there."""
    subscriber = _subject(command, uow)
    members = uow.record(Family, command.msisdn).members
    balance = uow.account(subscriber.account).balance
    if not _pays_itself(subscriber):
        arguments: dict[str, object] = {"payer": subscriber.account, "number": subscriber.msisdn, "balance": balance}
        return Outcome(replies=(Reply(command.actor, "family-list_member", arguments),))
    if not members:
        return Outcome(replies=(Reply(command.actor, "family-list_empty"),))
    arguments = {"numbers": ", ".join(members), "count": len(members), "balance": balance}
    return Outcome(replies=(Reply(command.actor, "family-list", arguments),))


INVITE_REFUSALS = (
    "self", "company", "other_owner", "other_region", "not_payer", "in_family", "debt", "list_full",
)  # fmt: skip


@handles(Invite, refuses=INVITE_REFUSALS)
def invite(command: Invite, uow: UnitOfWork) -> Outcome:
    """Asks the payer, then the member, whose consent has a day."""
    refusal = _invite_refusal(command, uow)
    if refusal is not None:
        return refusal
    member = uow.subscriber(command.number)
    assert member is not None
    arguments: dict[str, object] = {"number": command.number}
    if member.account == AccountId(command.msisdn):
        return Outcome(replies=(Reply(command.actor, "family-already", arguments),))
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="family-invite_ask", arguments=arguments)
    hours = uow.products.limits.consent_hours
    join = Join(
        actor=command.actor, msisdn=command.msisdn, at=command.at, reference=command.reference, number=command.number
    )
    changed, question, timer = confirmations.ask_consent(
        join, uow, member, text="family-offer", arguments={"number": command.msisdn, "hours": hours}
    )
    filed = arguments | {"hours": hours, "reference": str(command.reference)}
    told = Reply(command.actor, "family-invited", filed)
    return Outcome(replies=(told, question), changed=(changed,), timers=(timer,))


def _invite_refusal(command: Invite | Join, uow: UnitOfWork) -> Outcome | None:
    number, payer = command.number, _subject(command, uow)
    if number == payer.msisdn:
        return refused(command, "self")
    if uow.person(payer.person).kind is PersonKind.COMPANY:
        return refused(command, "company")
    member = ours(uow, number)
    if member is None or member.person != payer.person:  # who else there is, is nobody's to learn
        return refused(command, "other_owner", number=number)
    if member.region != payer.region:
        return refused(command, "other_region", number=number)
    if not _pays_itself(payer):
        return refused(command, "not_payer", payer=payer.account)
    if member.account == payer.account:
        return None
    if not _pays_itself(member) or uow.record(Family, number).members:
        return refused(command, "in_family", number=number)
    own = uow.account(member.account)
    if own.balance < 0 or uow.record(Promised, own.id).amount:
        return refused(command, "debt", number=number)
    if len(uow.record(Family, payer.msisdn).members) >= uow.products.family.members_max:
        return refused(command, "list_full", max=uow.products.family.members_max)
    return None


@handles(Join, refuses=["void"])
def join(command: Join, uow: UnitOfWork) -> Outcome:
    """All rules once more: a day may have passed since the question."""
    member = uow.subscriber(command.number)
    if member is None or _invite_refusal(command, uow) is not None or member.account == AccountId(command.msisdn):
        return refused(command, "void", number=command.number)
    members = (*uow.record(Family, command.msisdn).members, command.number)
    joined = {"payer": command.msisdn, "number": command.number, "kept": uow.account(member.account).balance}
    return Outcome(
        replies=(
            Reply(command.number, "family-joined_member", joined),
            Reply(command.actor, "family-joined", {"number": command.number, "count": len(members)}, notice=True),
        ),
        changed=(
            msgspec.structs.replace(member, account=AccountId(command.msisdn)),
            Family(command.msisdn, members),
        ),
    )


@handles(Confirm, refuses=CODE_REFUSALS)
def confirm(command: Confirm, uow: UnitOfWork) -> Outcome:
    return confirmations.accept(command, uow, command.code, only=Join.name)


@handles(Decline, refuses=CODE_REFUSALS)
def decline(command: Decline, uow: UnitOfWork) -> Outcome:
    return confirmations.decline(command, uow, command.code, only=Join.name)


@handles(Remove, refuses=["not_member"])
def remove(command: Remove, uow: UnitOfWork) -> Outcome:
    """The payer removes a member, or a member himself; from then on he pays from his own account."""
    member = uow.subscriber(command.number)
    leaves = command.number == command.msisdn
    if member is None or _pays_itself(member) or not (leaves or member.account == AccountId(command.msisdn)):
        return refused(command, "not_member", number=command.number)
    own, payer = AccountId(member.msisdn), Msisdn(member.account)
    balance = uow.account(own).balance if uow.has_account(own) else Money(0)
    arguments: dict[str, object] = {"number": member.msisdn, "balance": balance}
    if command.confirmed is None:
        text = "family-leave_ask" if leaves else "family-remove_ask"
        return confirmations.ask_actor(command, uow, text=text, arguments=arguments)
    members = tuple(each for each in uow.record(Family, payer).members if each != member.msisdn)
    if leaves:
        other = Reply(payer, "family-left_by", arguments, notice=True)
    else:
        other = Reply(member.msisdn, "family-removed_member", {"number": payer, "balance": balance}, notice=True)
    opened = () if uow.has_account(own) else (Account(own),)
    return Outcome(
        replies=(Reply(command.actor, "family-left" if leaves else "family-removed", arguments), other),
        changed=(msgspec.structs.replace(member, account=own), Family(payer, members), *opened),
    )
