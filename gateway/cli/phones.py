"""Phones: `ussdgw dial`, `sms` and `phone` speak to a running gateway over SMPP as a centre does."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from gateway.cli.options import DEFAULT_PORT
from gateway.handset import Handset, Saying, Shown, saying
from gateway.phone import Phone, PhoneError

app = typer.Typer(add_completion=False)

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Host = Annotated[str, typer.Option(help="Where the gateway listens.")]
Port = Annotated[int, typer.Option(help="Its port.")]
Account = Annotated[str, typer.Option(help="system_id to bind with.")]
Password = Annotated[str, typer.Option(help="Its password.", envvar="USSDGW_PHONE_PASSWORD")]
From = Annotated[str, typer.Option("--from", help="The subscriber's number.")]


@app.command()
def dial(
    code: Annotated[str, typer.Argument(help="What is dialled: '*111*828*1#'.")],
    number: From,
    answers: Annotated[list[str] | None, typer.Argument(help="What is answered to the screens that ask: 2 5.")] = None,
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    system_id: Account = "demo",
    password: Password = "demo",
) -> None:
    """Dials through a running gateway over SMPP; prints what the phone shows and the SMS it gets."""

    async def call() -> None:
        async with Phone(host, port, system_id, password) as phone:
            shown = await phone.dial(code, number)
            _show(shown, number)
            for answer in answers or ():
                if not _asks(shown):
                    break
                shown = await phone.answer(answer, number)
                _show(shown, number)

    asyncio.run(call())


@app.command()
def phone(
    number: Annotated[str, typer.Argument(help="The subscriber's number.")],
    to: Annotated[str, typer.Option(help="The short number that SMS go to.")] = "111",
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    system_id: Account = "demo",
    password: Password = "demo",
) -> None:
    """A phone: *CODE# dials, a line while a screen asks answers it, any other line is an SMS. Without a terminal, by
    lines."""
    number = number.removeprefix("+")
    if not re.fullmatch(r"\d{1,20}", number):
        raise typer.BadParameter(f"expected the digits of a number, such as 79161234567, not {number!r}")
    if sys.stdin.isatty() and sys.stdout.isatty():
        from gateway.handset_view import HandsetView  # textual takes a while to import

        HandsetView(Phone(host, port, system_id, password, number), Handset(number, to)).run()
        return

    async def hold() -> None:
        loop = asyncio.get_running_loop()
        async with Phone(host, port, system_id, password, number) as phone:
            shown: list[Shown] = []
            while True:
                err.print("answer> " if _asks(shown) else "dial or write> ", end="")
                line = (await loop.run_in_executor(None, sys.stdin.readline)).rstrip("\n")
                if not line:
                    return
                match saying(line, asked=_asks(shown)):
                    case Saying.DIAL:
                        shown = await phone.dial(line, number)
                    case Saying.ANSWER:
                        shown = await phone.answer(line, number)
                    case Saying.TEXT:
                        shown = await phone.text(line, number, to)
                _show(shown, number)

    asyncio.run(hold())


def _asks(shown: list[Shown]) -> bool:
    return any(each.asks for each in shown)


@app.command()
def sms(
    text: Annotated[str, typer.Argument(help="What is written: 'БАЛАНС'.")],
    number: From,
    to: Annotated[str, typer.Option(help="The short number.")] = "111",
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    system_id: Account = "demo",
    password: Password = "demo",
) -> None:
    """Sends an SMS through a running gateway over SMPP; prints the SMS that come back."""

    async def call() -> list[Shown]:
        async with Phone(host, port, system_id, password) as phone:
            return await phone.text(text, number, to)

    _show(asyncio.run(call()), number)


def _show(shown: list[Shown], number: str) -> None:
    if not shown:
        raise PhoneError("acknowledged, but no answer came within the time; see the gateway's log")
    for each in shown:
        if each.kind == "screen":
            title, style = f"screen of {each.recipient}", "cyan"
        else:
            parts = f", {each.segments} parts" if each.segments > 1 else ""
            title, style = f"SMS from {each.sender} to {each.recipient}{parts}", "green"
        if out.is_terminal:
            out.print(Panel(Text(each.text), title=title, title_align="left", border_style=style, width=60))
        else:
            out.print(f"{title}: {each.text}", markup=False)
