"""What is measured: the gateway and the peer as processes, their files, their CPU time and memory.

Each run has an empty folder of its own on the disk of the repository. A subject is ended by its process id.
"""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import msgspec
import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.traffic import Offer
from gateway.catalogue.loading import Catalogue, load_catalogue
from gateway.catalogue.products import Period, Products, Service
from gateway.recording.format import LOST
from gateway.recording.sources import lines_in, recordings_in

OPENING_MINOR = 1_000_000_000  # ten millions: nothing is refused for want of money
SAMPLE_S = 0.25
STOP_S = 15.0
MEBIBYTE = 1 << 20
DAY = datetime.timedelta(days=1)

CONFIG = """
[store]
url = "sqlite:///{folder}/gateway.db"

[operator]
secret_file = "{folder}/secret"
registered_delivery = {registered_delivery}

[subscribers]
unknown = "create"

[catalogue]
folder = "{folder}/catalogue"

[log]
format = "json"
file = "{folder}/gateway.log"

[[links]]
name = "bench"
host = "127.0.0.1"
port = {port}
system_id = "bench"
password = "bench"
window = 400
"""


DELIVER_SM = "00000005"

VARIANTS = {
    "gateway": "",
    "recording": "\n[recording]\nenabled = true\n",
    "receipts": "",
    "tls": 'tls = {{ ca_file = "{folder}/bench.pem" }}\n',  # of the link, which is the last table
}
"""A gateway by itself, and what costs are measured of: by name, what its configuration has besides."""


class SubjectError(Exception):
    """What was to be measured did not start, or ended by itself; the message holds what it said."""


def choose_offer(products: Products) -> Offer:
    """The first open free service and the cheapest open monthly one that nothing forbids."""
    named = {each for service in products.services.values() for each in service.excludes}

    def plain(service: Service) -> bool:
        conditions = service.excludes or service.needs_tariffs or service.forbids_tariffs or service.id in named
        return service.open and not service.mandatory and not conditions

    able = [service for service in products.services.values() if plain(service)]
    free = next(service for service in able if not service.price_minor)
    monthly = (service for service in able if service.price_minor and service.period is Period.MONTH)
    paid = min(monthly, key=lambda service: service.price_minor)
    return Offer(int(free.id), free.names["ru"], int(paid.id), paid.names["ru"], int(paid.price_minor))


SAMPLES = {
    "number": "9169999999", "old": "9169999998", "barred": "9169999997", "amount": "50", "threshold": "50",
    "period": "1", "day": "5", "code": "1234", "card": "123456789012", "network": "1", "delivery": "1", "language": "1",
    "delay_s": "15", "since": "010226", "until": "280226", "picture": "1", "points": "10", "tariff": "2",
    "melody": "1", "reward": "1",
}  # fmt: skip
SLOW_BY_DESIGN = frozenset({"password.set", "login.enter", "card.redeem"})
"""Each costs a slow hash, which is the point of it: 20 ms beside the engine."""


def choose_codes(catalogue: Catalogue) -> list[str]:
    """The first code of every command, in the order of the plan, filled in. Most of what is named does not exist."""
    codes: dict[str, str] = {}
    samples = SAMPLES | {"service": str(choose_offer(catalogue.products).free)}
    for row in catalogue.codes.rows:
        if row.ussd and row.command not in SLOW_BY_DESIGN:
            filled = re.sub(r"<(\w+)[^>]*>", lambda found: samples[found[1]], row.ussd[0])
            codes.setdefault(row.command, filled)
    return list(codes.values())


def write_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1, with its key, that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + DAY)
    made = made.add_extension(address, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "bench.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return path


def write_catalogue(folder: Path) -> Catalogue:
    """The gateway's own catalogue with a large opening balance."""
    folder.mkdir(parents=True)
    for each in resources.files("gateway.catalogue").iterdir():
        if each.name.endswith(".toml"):
            (folder / each.name).write_text(each.read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / "products.toml"
    source = path.read_text(encoding="utf-8")
    raised, count = re.subn(
        r"(^\[opening\][^\[]*?^balance_minor\s*=\s*)\d+", rf"\g<1>{OPENING_MINOR}", source, flags=re.M | re.S
    )
    if not count:
        raised = source.replace("[opening]", f"[opening]\nbalance_minor = {OPENING_MINOR}", 1)
    path.write_text(raised, encoding="utf-8")
    catalogue = load_catalogue(folder)
    if catalogue.products.opening.balance_minor != OPENING_MINOR:
        raise SubjectError("products.toml has no [opening] section whose balance can be raised")
    return catalogue


@dataclass(slots=True)
class Usage:
    """CPU time so far and memory now, of a process with all its threads; and what the machine did.

    `children_cpu_s`: of the processes that it had at the first message: a recorder.
    """

    cpu_s: float = 0.0
    children_cpu_s: float = 0.0
    rss_bytes: int = 0
    disk_stall_s: float = 0.0
    machine_cpu_s: float = 0.0
    stolen_s: float = 0.0


def machine_usage() -> tuple[float, float, float]:
    """Seconds in which tasks waited for the disk, that all cores worked, and that the host took; 0 if not counted."""
    try:
        pressure = Path("/proc/pressure/io").read_text(encoding="ascii")
        disk_s = int(pressure.split("\n", 1)[0].rpartition("=")[2]) / 1e6
    except (OSError, ValueError):
        disk_s = 0.0
    times = psutil.cpu_times()
    stolen_s = getattr(times, "steal", 0.0)
    return disk_s, sum(times) - times.idle - getattr(times, "iowait", 0.0) - stolen_s, stolen_s


class Subject:
    """A process under load. `async with Subject(...)`; samples itself while it runs."""

    def __init__(self, name: str, folder: Path, command: list[str]) -> None:
        self.name = name
        self.folder = folder
        self.pid = 0
        self.rss_start_bytes = self.rss_end_bytes = self.rss_peak_bytes = 0
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._children: list[psutil.Process] = []
        self._sampler: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Subject:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("USSDGW_")}
        repository = str(Path(__file__).resolve().parents[1])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (repository, environment.get("PYTHONPATH"))))
        with (self.folder / f"{self.name}.stderr").open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=self.folder, env=environment, stdin=asyncio.subprocess.DEVNULL,
                stdout=errors, stderr=errors, start_new_session=True,
            )  # fmt: skip
        self.pid = self._process.pid
        self._sampler = asyncio.create_task(self._sample())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Ends it gently, then not."""
        process = self._process
        if self._sampler is not None:
            self._sampler.cancel()
        if process is None or process.returncode is not None:
            return
        own = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        await asyncio.to_thread(psutil.wait_procs, own, STOP_S)  # a recorder writes what it has taken

    def check(self) -> None:
        """Raises SubjectError where it has ended."""
        if self._process is not None and self._process.returncode is not None:
            said = (self.folder / f"{self.name}.stderr").read_text(errors="replace")[-2000:]
            raise SubjectError(f"{self.name} ended with status {self._process.returncode}:\n{said}")

    def usage(self) -> Usage:
        try:
            process = psutil.Process(self.pid)
            times = process.cpu_times()
            children_s = sum(sum(each.cpu_times()[:2]) for each in self._children)
            return Usage(times.user + times.system, children_s, process.memory_info().rss, *machine_usage())
        except psutil.NoSuchProcess:
            return Usage()

    async def _sample(self) -> None:
        while True:
            rss_bytes = self.usage().rss_bytes
            if rss_bytes:
                self.rss_end_bytes = rss_bytes
                self.rss_peak_bytes = max(self.rss_peak_bytes, rss_bytes)
            await asyncio.sleep(SAMPLE_S)

    def mark_start(self) -> None:
        self._children = psutil.Process(self.pid).children(recursive=True)
        self.rss_start_bytes = self.usage().rss_bytes

    def memory(self) -> dict[str, float]:
        return {
            "start_mb": round(self.rss_start_bytes / MEBIBYTE, 1),
            "end_mb": round(self.rss_end_bytes / MEBIBYTE, 1),
            "peak_mb": round(max(self.rss_peak_bytes, self.rss_end_bytes) / MEBIBYTE, 1),
        }


def new_folder(root: Path, name: str) -> Path:
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()


def gateway(folder: Path, port: int, name: str = "gateway") -> Subject:
    """`ussdgw serve` with one client link, as its variant says; its catalogue is in the folder already."""
    config = folder / "gateway.toml"
    source = CONFIG.format(folder=folder, port=port, registered_delivery=int(name == "receipts"))
    config.write_text(source + VARIANTS[name].format(folder=folder), encoding="utf-8")
    command = Path(sys.executable).with_name("ussdgw")
    return Subject(name, folder, [str(command), "serve", "--config", str(config)])


def peer(folder: Path, port: int, numbers: int, offer: Offer) -> Subject:
    settings = {"port": port, "numbers": numbers, "offer": asdict(offer), "database": str(folder / "peer.db")}
    command = [sys.executable, "-m", "bench.peer_smpplib", json.dumps(settings)]
    return Subject("peer", folder, command)


QUESTIONS = {
    "messages": "SELECT COUNT(*) FROM inbox",
    "redeliveries": "SELECT COUNT(*) FROM inbox WHERE original <> number",
    "journal": "SELECT COUNT(*) FROM journal",
    "replies": "SELECT COUNT(*) FROM outbox",
    "replies_open": "SELECT COUNT(*) FROM outbox WHERE state <= 1",
    "replies_delivered": "SELECT COUNT(*) FROM replies WHERE state = 3",
    "receipts_orphaned": "SELECT COUNT(*) FROM orphans",
    "ledger": "SELECT COUNT(*) FROM ledger",
    "ledger_sum_minor": "SELECT COALESCE(SUM(amount), 0) FROM ledger",
    "subscribers": "SELECT COUNT(*) FROM subscribers",
}


class _Recorded(msgspec.Struct):
    """What is counted of a recorded line."""

    direction: str = ""
    pdu: str = ""
    event: str = ""


def read_recordings(folder: Path) -> dict[str, int]:
    """How many messages are in a gateway's recordings, and how often it could not tell what went by."""
    found = {"recorded": 0, "recording_gaps": 0}
    decoder = msgspec.json.Decoder(_Recorded)
    for path in recordings_in([folder]) if folder.exists() else ():
        for octets in lines_in(path):
            line = decoder.decode(octets)
            found["recorded"] += line.direction == "in" and line.pdu[8:16] == DELIVER_SM
            found["recording_gaps"] += line.event == LOST
    return found


def read_store(path: Path) -> dict[str, int]:
    """What the gateway's store says after it has stopped; a question that its tables no longer answer is left out."""

    def answers() -> Iterator[tuple[str, int]]:
        for name, statement in QUESTIONS.items():
            try:
                yield name, database.execute(statement).fetchone()[0]
            except sqlite3.OperationalError:
                continue

    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return dict(answers())
    finally:
        database.close()
