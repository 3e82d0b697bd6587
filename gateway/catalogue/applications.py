"""Codes that belong to applications outside, as rows of the code plan.

Such a row means one command for all applications, with the application's name fixed; whatever is dialled behind its
code, or written behind its keyword, is for the application.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gateway.catalogue.codes import WRITTEN_LANGUAGES, CodeRow, Codes
from gateway.model import Language

COMMAND = "application.call"


class Form(StrEnum):
    """How an application is spoken to."""

    FIELDS = "fields"  # form fields in, `CON ...` or `END ...` out
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Application:
    """An application as the code plan has it.

    `session_s`: after so long a silence its session is over. `notices`: it wants to be told that.
    """

    name: str
    codes: Sequence[str] = ()
    keywords: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    session_s: int = 180
    notices: bool = False


def channel_of(application: str, *, notices: bool = False) -> str:
    """The name of the channel to an application; end-of-session notices have one of their own."""
    return f"applications.{application}{'.notices' if notices else ''}"


def is_application(channel: str) -> bool:
    """Whether a channel leads to an application: only that knows which of its inputs are secrets."""
    return channel.startswith("applications.")


def with_applications(codes: Codes, applications: Sequence[Application]) -> Codes:
    """The plan, and behind it the codes of the applications."""
    rows = [row for each in applications for row in _rows(each)]
    ordered = tuple(_ordered(rows, len(codes.rows)))
    return Codes((*codes.rows, *ordered), codes.file)


def _rows(application: Application) -> Iterator[CodeRow]:
    about = {each: application.about.get(each.value, application.name) for each in WRITTEN_LANGUAGES}
    shared: dict[str, str | int] = {
        "application": application.name,
        "session_s": application.session_s,
        "notices": int(application.notices),
    }
    for code in application.codes:
        dialled = (code, f"{code[:-1]}*<typed>#")
        yield _row(application, about, {**shared, "service_code": code}, ussd=dialled)
    if application.keywords:
        spoken = application.codes[0] if application.codes else application.keywords[0]
        forms = tuple(form for word in application.keywords for form in (word, f"{word} <typed>"))
        fixed = {**shared, "service_code": spoken, "by_sms": 1}
        yield _row(application, about, fixed, sms=dict.fromkeys(WRITTEN_LANGUAGES, forms))


def _row(
    application: Application,
    about: Mapping[Language, str],
    arguments: Mapping[str, str | int],
    ussd: tuple[str, ...] = (),
    sms: Mapping[Language, tuple[str, ...]] | None = None,
) -> CodeRow:
    return CodeRow(
        COMMAND, ussd, sms or {}, "state", arguments, about=about, file=f"[applications.{application.name}]"
    )  # fmt: skip


def _ordered(rows: Sequence[CodeRow], first: int) -> Iterator[CodeRow]:
    for order, row in enumerate(rows, first):
        yield replace(row, order=order)
