"""The measure that the gateway is compared with: a blocking smpplib client, one SQLite transaction a message.

It is what a good engineer writes in a day: the library's documented loop, WAL with synchronous=FULL, prepared
statements, indexes where they are needed and no others. For each message it does what the gateway does: reads the
subscriber and changes him, books money in a ledger, remembers the message, writes journal and outbox, and answers with
the same words. Where the two differ the peer has less to do: no grammar but a dictionary, no catalogue rules, no log,
no update of the outbox when the SMSC has taken the reply, its subscribers are there before it starts.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import socket
import sqlite3
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm
from smpplib.command import DeliverSM

from bench import traffic
from bench.traffic import Offer

OPENING_MINOR = 1_000_000_000

SCHEMA = """
CREATE TABLE subscribers (
    msisdn INTEGER PRIMARY KEY, balance INTEGER NOT NULL, services TEXT NOT NULL, pending TEXT);
CREATE TABLE journal (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, msisdn INTEGER NOT NULL, command TEXT NOT NULL,
    text TEXT NOT NULL);
CREATE TABLE inbox (number INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL, at INTEGER NOT NULL);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, number INTEGER NOT NULL, msisdn INTEGER NOT NULL, text TEXT NOT NULL,
    state INTEGER NOT NULL);
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY, number INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL);
"""


def open_database(path: Path, numbers: int, offer: Offer) -> sqlite3.Connection:
    """A new database with its subscribers, each where the traffic expects him to be."""
    database = sqlite3.connect(path, isolation_level=None, cached_statements=64)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.executescript(SCHEMA)
    database.execute("BEGIN")
    none, free, paid = "{}", json.dumps({str(offer.free): ""}), json.dumps({str(offer.paid): "31.12.2030"})
    states = (
        (none, None), (free, None), (free, f"-{offer.free} 1234"),
        (none, None), (none, f"+{offer.paid} 1234"), (paid, None), (paid, f"-{offer.paid} 1234"),
    )  # fmt: skip
    database.executemany(
        "INSERT INTO subscribers VALUES (?, ?, ?, ?)",
        (
            (int(number), OPENING_MINOR, *states[traffic.place_of(index)])
            for index, number in enumerate(traffic.numbers(numbers))
        ),
    )
    database.execute("COMMIT")
    return database


class Peer:
    """A personal account with two services."""

    def __init__(self, client: smpplib.client.Client, database: sqlite3.Connection, offer: Offer) -> None:
        self.client = client
        self.database = database
        self.services = {offer.free: (offer.free_name, 0), offer.paid: (offer.paid_name, offer.paid_minor)}
        self.number = 0

    def received(self, pdu: DeliverSM) -> None:
        """The library's handler: it acknowledges the message when this returns."""
        text = pdu.short_message.decode("utf-16-be")
        msisdn = int(pdu.source_addr)
        reply = self.transact(msisdn, text, pdu.source_addr + b"\0" + pdu.short_message)
        parts, data_coding, esm_class = smpplib.gsm.make_parts(reply)
        for part in parts:
            self.client.send_message(
                source_addr_ton=smpplib.consts.SMPP_TON_UNK,
                source_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                source_addr="111",
                dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
                dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                destination_addr=str(msisdn),
                short_message=part,
                data_coding=data_coding,
                esm_class=esm_class,
            )

    def transact(self, msisdn: int, text: str, identity: bytes) -> str:
        """One message, one transaction; returns the reply."""
        database = self.database
        self.number += 1
        at = time.time_ns() // 1_000_000
        database.execute("BEGIN IMMEDIATE")
        balance, services_json, pending = database.execute(
            "SELECT balance, services, pending FROM subscribers WHERE msisdn = ?", (msisdn,)
        ).fetchone()
        services = json.loads(services_json)
        command, left, pending, reply = self.decide(text.split(), balance, services, pending)
        database.execute(
            "UPDATE subscribers SET balance = ?, services = ?, pending = ? WHERE msisdn = ?",
            (left, json.dumps(services), pending, msisdn),
        )
        if left != balance:
            database.execute(
                "INSERT INTO ledger (number, account, amount) VALUES (?, ?, ?), (?, 'services', ?)",
                (self.number, str(msisdn), left - balance, self.number, balance - left),
            )
        fingerprint = hashlib.blake2b(identity, digest_size=16).digest()
        database.execute("INSERT INTO inbox VALUES (?, ?, ?)", (self.number, fingerprint, at))
        database.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?)", (self.number, at, msisdn, command, text))
        database.execute(
            "INSERT INTO outbox (number, msisdn, text, state) VALUES (?, ?, ?, 1)", (self.number, msisdn, reply)
        )
        database.execute("COMMIT")
        return reply

    def decide(
        self, words: list[str], balance: int, services: dict[str, str], pending: str | None
    ) -> tuple[str, int, str | None, str]:
        """Changes `services`; returns command, balance, pending question and reply."""
        match words:
            case ["ПОДКЛЮЧИТЬ", service] if service not in services and int(service) in self.services:
                name, price = self.services[int(service)]
                if not price:
                    services[service] = ""
                    return "connect", balance, pending, self.connected_free(name, service)
                code = f"{secrets.randbelow(10_000):04}"
                return "connect", balance, f"+{service} {code}", (
                    f"Подключить «{name}»? {money(price)} каждый месяц. ДА {code} или *111*97*{code}#"
                )  # fmt: skip
            case ["ОТКЛЮЧИТЬ", service] if service in services:
                name, price = self.services[int(service)]
                code = f"{secrets.randbelow(10_000):04}"
                paid = f"Оплата до {services[service]} не вернётся" if price else "Она бесплатная"
                return "disconnect", balance, f"-{service} {code}", (
                    f"Отключить «{name}»? {paid}. ДА {code} или *111*97*{code}#"
                )  # fmt: skip
            case ["ДА"] if pending:
                service = pending[1:].split()[0]
                return self.confirmed(pending[0], service, balance, services)
        return "unknown", balance, pending, "Такой команды нет. Список команд: *111#"

    def confirmed(
        self, sign: str, service: str, balance: int, services: dict[str, str]
    ) -> tuple[str, int, str | None, str]:
        name, price = self.services[int(service)]
        if sign == "-":
            until = services.pop(service)
            paid = f", была оплачена до {until}" if price else ""
            return "confirm", balance, None, f"«{name}» отключена{paid}. Вернуть: *111*8111*1*{service}#"
        services[service] = until = (datetime.now() + timedelta(days=30)).strftime("%d.%m")
        left = balance - price
        return "confirm", left, None, (
            f"«{name}» подключена. Списано {money(price)}, осталось {money(left)}. Следующая оплата {until}. "
            f"Отключить: *111*8111*2*{service}#"
        )  # fmt: skip

    def connected_free(self, name: str, service: str) -> str:
        return f"«{name}» подключена, бесплатно. Отключить: *111*8111*2*{service}#"


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02} руб."


def main() -> None:
    settings = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)
    offer = Offer(**settings["offer"])
    database = open_database(Path(settings["database"]), settings["numbers"], offer)
    client = smpplib.client.Client("127.0.0.1", settings["port"], timeout=30, allow_unknown_opt_params=True)
    peer = Peer(client, database, offer)
    client.set_message_received_handler(lambda pdu: peer.received(pdu))
    client.set_message_sent_handler(lambda pdu: None)
    client.connect()
    client._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # its two writes a message need not wait
    client.bind_transceiver(system_id="bench", password="bench")
    try:
        client.listen()
    except (smpplib.exceptions.ConnectionError, smpplib.exceptions.PDUError):
        pass  # the SMSC has gone: the run is over
    finally:
        database.close()


if __name__ == "__main__":
    main()
