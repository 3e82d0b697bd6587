"""Social networks as a way to log in: a code links a profile to the number."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.commands import Command, Otp, Outcome, Reply, UnitOfWork, handles, refused
from gateway.rules import confirmations
from gateway.rules.confirmations import CODE_REFUSALS
from gateway.rules.credentials import Credentials, Linked


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Command):
    """Sends the code that links a profile: network 1 VK, 2 OK, 3 Facebook, 4 Mail.ru."""

    name = "social.link"
    own_number_only = True
    network: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """Confirms the link with its code."""

    name = "social.confirm"
    own_number_only = True
    code: Otp


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(Command):
    """Removes the link to a network, numbered as for linking."""

    name = "social.unlink"
    own_number_only = True
    network: int


NETWORKS = ("VK", "OK", "Facebook", "Mail.ru")


@handles(Link, refuses=["no_account", "other_profile"])
def link(command: Link, uow: UnitOfWork) -> Outcome:
    """Sends the code to the number itself; with it the profile is bound. One profile of a network at a time."""
    if not uow.record(Credentials, command.actor).opened_at:
        return refused(command, "no_account")
    links = uow.record(Linked, command.actor)
    network = NETWORKS[command.network - 1]
    shown: dict[str, object] = {"network": network, "id": str(command.network)}
    if command.network in links.networks:
        return refused(command, "other_profile", **shown)
    if command.confirmed is None:
        return confirmations.ask_actor(command, uow, text="social-ask", arguments=shown)
    networks = tuple(sorted((*links.networks, command.network)))
    return Outcome(
        replies=(Reply(command.actor, "social-linked", shown),), changed=(Linked(command.actor, networks=networks),)
    )


@handles(Confirm, refuses=CODE_REFUSALS)
def confirm(command: Confirm, uow: UnitOfWork) -> Outcome:
    """The code of a link, and of nothing else that may wait."""
    return confirmations.accept(command, uow, command.code, only=Link.name)


@handles(Unlink)
def unlink(command: Unlink, uow: UnitOfWork) -> Outcome:
    """Harmless, so without a question; unlinked already is the same."""
    links = uow.record(Linked, command.actor)
    shown = {"network": NETWORKS[command.network - 1], "id": str(command.network)}
    if command.network not in links.networks:
        return Outcome(replies=(Reply(command.actor, "social-already_off", shown),))
    left = tuple(each for each in links.networks if each != command.network)
    return Outcome(
        replies=(Reply(command.actor, "social-unlinked", shown),), changed=(Linked(command.actor, networks=left),)
    )
