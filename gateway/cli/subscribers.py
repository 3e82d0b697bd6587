"""The operator's commands on subscribers: import of a table, what a number has, and what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from gateway import config
from gateway.app import Gateway
from gateway.catalogue.faults import Fault
from gateway.catalogue.loading import load_catalogue
from gateway.catalogue.products import Products
from gateway.cli.operating import AsJson, aligned, database, local_time, out, print_json, print_table
from gateway.cli.options import ConfigFile, subscriber_number
from gateway.cli.tables import SkipBad, adder, check, good_rows
from gateway.config import Settings
from gateway.control_commands import ImportTable
from gateway.history import Event, events_of, named
from gateway.importing import read_subscribers
from gateway.messages import ImportCount, ImportRow
from gateway.model import Account, AccountId, Channel, Instant, Msisdn, Person, Subscriber, points_account
from gateway.store.protocol import StoreError, Wanted

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Subscribers: import them, show what a number has and what it did."
)


@app.command("import")
def import_table(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 with a header: docs/operators.md has the columns.")],
    skip_bad: SkipBad = False,
    config_file: ConfigFile = None,
) -> None:
    """Adds the numbers of a table, into the running gateway or, where none runs, into its database.

    A number that is there already stays as it is, so the same file may be imported again.
    """
    settings = config.load(config_file)
    tariffs = load_catalogue(settings.catalogue.folder).products.tariffs

    def read(lines: Iterator[str], *, once: bool = True) -> Iterator[ImportRow | Fault]:
        return read_subscribers(lines, str(file), tariffs, once=once)

    bad = check(file, read, skip_bad=skip_bad)
    added = present = 0
    with adder(settings, file, "subscribers.import", ImportTable, Gateway.add_subscribers, ImportCount) as add:
        for chunk in good_rows(file, lambda lines: read(lines, once=bool(bad))):
            count = add(chunk)
            added += count.added
            present += count.present
    out.print(f"{added:,} added, {present:,} were there already, {bad:,} bad")


Number = Annotated[str, typer.Argument(help="The subscriber's number, as it is dialled or with +.")]


@app.command()
def show(number: Number, config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Prints what a number has, read from the database: owner, tariff, account, services, questions, limits."""
    settings = config.load(config_file)
    msisdn = subscriber_number(number, settings)
    with database(settings) as reader:
        loaded = reader.load(Wanted({msisdn}, {points_account(msisdn)}))
    subscriber = loaded.subscribers.get(msisdn)
    if subscriber is None:
        raise StoreError(f"{msisdn}: the database does not know this number")
    account, person = loaded.accounts[subscriber.account], loaded.persons[subscriber.person]
    bonus = loaded.accounts.get(points_account(msisdn))
    points = bonus.balance if bonus is not None else 0
    if as_json:
        print_json(
            {"subscriber": named(subscriber), "account": named(account), "person": named(person), "points": points}
        )
        return
    products = load_catalogue(settings.catalogue.folder).products
    table = aligned("", "")
    for label, shown in _having(subscriber, account, person, points, products, settings):
        table.add_row(Text(label, style="bold"), Text(shown))
    print_table(table)


def _having(
    subscriber: Subscriber, account: Account, person: Person, points: int, products: Products, settings: Settings
) -> Iterator[tuple[str, str]]:
    """What a number has, a line each."""
    zone, currency = settings.operator.time_zone, settings.operator.currency

    def sum_of(money: int) -> str:
        return f"{money / 100:,.2f} {currency}"

    tariff = products.tariffs.get(subscriber.tariff)
    yield "number", f"{subscriber.msisdn}, {subscriber.status}"
    yield "owner", f"{person.id}, {person.kind}"
    yield "region", subscriber.region
    yield "language", subscriber.language or "not chosen"
    yield "tariff", f"{subscriber.tariff} {tariff.names['en'] if tariff else 'not in products.toml'}"
    if (month := subscriber.month) is not None:
        state = "waits for money since" if month.waits else "next fee"
        yield "month", f"{state} {local_time(month.until, zone)}"
    paid_by = "" if account.id == AccountId(subscriber.msisdn) else f"paid by {account.id}, "
    yield "account", f"{paid_by}{sum_of(account.balance)}, floor {sum_of(account.floor)}"
    yield "points", str(points)
    yield "numbers", "on" if subscriber.numbers_on else "off"
    if linked := person.cabinet(subscriber.region):
        yield "joined with", ", ".join(linked)
    for each in subscriber.services:
        service = products.services.get(each.id)
        paid = f", paid until {local_time(each.paid_until, zone)}" if each.paid_until else ""
        name = service.names["en"] if service else "not in products.toml"
        yield "service", f"{each.id} {name}, {each.status} since {local_time(each.since, zone)}{paid}"
    for pending in subscriber.pendings:
        yield (
            "question",
            (
                f"{pending.command} for {pending.msisdn}, asked by {pending.asked_by}, "
                f"{sum_of(pending.price)}, until {local_time(pending.expires_at, zone)}"
            ),
        )
    if subscriber.acting is not None:
        yield "acts for", f"{subscriber.acting.msisdn} until {local_time(subscriber.acting.until, zone)}"
    for package in subscriber.allowances:
        until = f" until {local_time(package.until, zone)}" if package.until else ""
        yield "package", f"{package.left} {package.unit}{until}"
    if subscriber.code_tries.locked_until:
        yield "codes locked", f"until {local_time(subscriber.code_tries.locked_until, zone)}"
    for recent in subscriber.recent:
        what = recent.command or "not understood"
        yield "last", f"{local_time(recent.at, zone)} #{recent.number} {what} {recent.refusal}".rstrip()


@app.command()
def history(
    number: Number,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The operator's day. Default: today.")
    ] = None,
    config_file: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Prints what a number sent, what came of it, what it was charged and told on a day. Codes are masked."""
    settings = config.load(config_file)
    zone = settings.operator.time_zone
    msisdn = subscriber_number(number, settings)
    begins = (day or datetime.now(ZoneInfo(zone))).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=ZoneInfo(zone)
    )
    since, until = (Instant(int(each.timestamp() * 1000)) for each in (begins, begins + timedelta(days=1)))
    with database(settings) as reader:
        events = events_of(reader.happened(msisdn, since, until), msisdn, since, until)
    if as_json:
        print_json([named(event) for event in events])
        return
    if not events:
        out.print(f"{msisdn}: nothing on {begins:%Y-%m-%d}", markup=False)
    table = aligned("time", "entry>", "what", "about")
    table.columns[-1].no_wrap = False
    for event in events:
        what, about = _told(event, msisdn, settings.operator.currency)
        style = "" if event.kind == "message" else "dim" if event.kind not in ("money", "reply") else "green"
        table.add_row(local_time(event.at, zone)[11:], f"#{event.number}", Text(what, style=style), Text(about))
    print_table(table)


def _told(event: Event, msisdn: Msisdn, currency: str) -> tuple[str, str]:
    """An event in words: what it is, and about what."""
    about = event.about
    if event.kind == "message":
        whose = "" if about["sender"] == msisdn else f"of {about['sender']} "
        became = f"{about['command'] or 'not understood'} {about['arguments'] or ''}".strip()
        ended = [f"refused: {about['refusal']}" if about["refusal"] else "", str(about["fault"]),
                 f"repeats #{about['repeats']}: no second effect" if about["repeats"] else ""]  # fmt: skip
        said = ", ".join(
            (f"{whose}{printable(str(about['text']))!r} to {about['recipient']} by {about['link']}", became)
        )
        return f"{about['channel']} in", ", ".join((said, *filter(None, ended)))
    if event.kind == "money":
        amount = int(str(about["amount"]))
        return "money", f"{amount / 100:+,.2f} {currency} {about['account']}, {about['kind']}"
    if event.kind == "reply":
        screen = about["channel"] == Channel.USSD
        sent = f"{about['state']} {about['message_id']}".rstrip()
        return "screen" if screen else "SMS out", f"{printable(str(about['text']))} ({sent}, from {about['source']})"
    if event.kind == "effect":
        then = [f"then {about['command']}" if about["command"] else "",
                  f"refused: {about['refusal']}" if about["refusal"] else "", str(about["fault"])]  # fmt: skip
        asked = f"{printable(str(about['document']))}: {about['result']}, of #{about['decided']}"
        return f"by {about['channel']}", ", ".join((asked, *filter(None, then)))
    return event.kind, ", ".join(f"{name} {value}" for name, value in about.items() if value)


def printable(text: str) -> str:
    """The text in one line: what strangers send must not steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)
