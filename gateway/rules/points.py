"""Bonus points: how many a number has. Pure."""

from __future__ import annotations

from gateway.commands import UnitOfWork
from gateway.model import Msisdn, points_account


def points_of(msisdn: Msisdn, uow: UnitOfWork) -> int:
    """The points on a number's account; none where it never had any."""
    account = points_account(msisdn)
    return uow.account(account).balance if uow.has_account(account) else 0
