"""`python -m bench`: runs gateway and peer in turn under the same load and prints what they did."""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from bench import profiling, replaying, report, subjects
from bench.report import Result
from bench.subjects import Subject, SubjectError, Usage
from bench.traffic import Offer, Says

WARM_UP_S = 3.0
START_S = 30.0
EVENT_S = 30.0  # there is one each half second, except while the last answers are waited for
SETTLE_S = 1.0
OPENINGS = 100_000  # dialogs that are open at one time
WIDTH = 120  # of tables that go to a file
ROOT = Path(__file__).resolve().parents[1] / "var" / "bench"


class Only(StrEnum):
    GATEWAY = "gateway"
    PEER = "peer"
    MIXED = "mixed"
    DIALOGS = "dialogs"
    RECORDING = "recording"
    RECEIPTS = "receipts"
    TLS = "tls"
    FUNCTIONS = "functions"
    REPLAY = "replay"


@dataclass(slots=True)
class Bench:
    """One invocation: what was asked for, and what has come of it."""

    seconds: float
    window: int
    numbers: int
    profile: bool
    keep: bool
    rounds: int
    console: Console
    results: list[Result] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    profiled: profiling.Profile | None = None


class Generator:
    """The process that plays the SMSC."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.port = 0

    def order(self, **fields: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps(fields) + "\n").encode())

    async def event(self, timeout_s: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(timeout_s):
            line = await self._process.stdout.readline()
        if not line:
            raise SubjectError("the load generator has ended")
        event: dict[str, Any] = json.loads(line)
        return event


@asynccontextmanager
async def generator(
    numbers: int, offer: Offer, codes: list[str], *, prepared: bool, certificate: str
) -> AsyncIterator[Generator]:
    settings = json.dumps(
        {"numbers": numbers, "offer": asdict(offer), "codes": codes, "prepared": prepared, "certificate": certificate}
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.smsc", settings, cwd=ROOT.parents[1],
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24, start_new_session=True,
    )  # fmt: skip
    try:
        each = Generator(process)
        each.port = (await each.event(START_S))["port"]
        yield each
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def wait_bound(smsc: Generator, subject: Subject) -> None:
    """The gateway may find nobody at first and come again; the peer fills its database before it comes."""
    waiting = asyncio.create_task(smsc.event(START_S))
    while not waiting.done():
        subject.check()
        await asyncio.wait([waiting], timeout=0.1)
    waiting.result()
    subject.mark_start()


async def run_phase(bench: Bench, smsc: Generator, subject: Subject, status: Status, **phase: Any) -> Result:
    """One phase: its result from the generator, with CPU and memory of the subject over its measured interval."""
    smsc.order(order="phase", phase=phase)
    before = after = Usage()
    while True:
        event = await smsc.event(EVENT_S)
        match event["event"]:
            case "start":
                before = subject.usage()
            case "progress":
                subject.check()
                rate = event["answered"] / event["elapsed_s"]
                status.update(
                    f"{subject.name}: {phase['name']}, {event['elapsed_s']:.0f} s, "
                    f"{event['answered']:,} commands, {rate:,.0f} a second"
                )
            case "end":
                after = subject.usage()
            case "result":
                break
    subject.check()
    event["subject"] = subject.name
    event["traffic"] = {Says.SMS: "SMS", Says.OPENINGS: "opened"}.get(phase["says"], str(phase["says"]))
    event["load"] = f"{phase['rate']:,.0f}/s" if phase.get("rate") else f"window {phase['window']}"
    cpu_s = after.cpu_s - before.cpu_s
    event["cpu_s"] = round(cpu_s, 2)
    event["cpu_s_per_1000"] = round(cpu_s * 1000 / max(1, event["in_time"]), 5)
    event["cpu_share"] = round(cpu_s / event["elapsed_s"], 3)
    event["disk_stall_s"] = round(after.disk_stall_s - before.disk_stall_s, 2)
    children_s = after.children_cpu_s - before.children_cpu_s
    ours_s = cpu_s + children_s + event["generator_cpu_share"] * event["elapsed_s"]
    others_s = after.machine_cpu_s - before.machine_cpu_s - ours_s
    event["others_cpu_share"] = round(max(0.0, others_s) / event["elapsed_s"], 3)
    event["children_cpu_share"] = round(children_s / event["elapsed_s"], 3)
    event["stolen_s"] = round(after.stolen_s - before.stolen_s, 2)
    event["rss_mb"] = round(after.rss_bytes / subjects.MEBIBYTE, 1)
    event["submits_per_command"] = round(event["submits"] / max(1, event["answered"]), 2)
    event["lost_total"] = event["lost"] + event["refused"] + event["unacknowledged"] + event["receipts_unacknowledged"]
    return event


async def run_subject(bench: Bench, name: str, says: Says, status: Status) -> None:
    """A fresh subject on an empty folder: warm-up, window, and for mixed traffic the schedule at half the rate.

    Dialogs, and a mix of all functions, are measured in turn with the dialled commands of one function; after dialogs
    many more are opened and left open.
    """
    folder = subjects.new_folder(ROOT, f"{name}-{len(bench.runs) + 1}")
    catalogue = subjects.write_catalogue(folder / "catalogue")
    offer = subjects.choose_offer(catalogue.products)
    codes = subjects.choose_codes(catalogue)
    results: list[Result] = []
    status.update(f"{name}: starting")
    certificate = str(subjects.write_certificate(folder)) if name == "tls" else ""
    async with generator(bench.numbers, offer, codes, prepared=name == "peer", certificate=certificate) as smsc:
        made = (
            subjects.gateway(folder, smsc.port, name)
            if name != "peer"
            else subjects.peer(folder, smsc.port, bench.numbers, offer)
        )
        async with made as subject:
            await wait_bound(smsc, subject)
            speak = partial(run_phase, bench, smsc, subject, status, window=bench.window)
            # The gateway meets each subscriber for the first time here; the peer has them in its database already.
            warming = name != "peer"
            in_turn = says in (Says.DIALOGS, Says.FUNCTIONS)
            first = Says.DIALS if in_turn else says
            results = [await speak(name="warm-up", seconds=WARM_UP_S, warming=warming, says=first)]
            task = None
            turns = (Says.DIALS, says) * bench.rounds if in_turn else (says,)
            for each in turns:
                if bench.profile and task is None and each not in (Says.SMS, Says.DIALS):
                    task = asyncio.create_task(profiling.record(subject.pid, bench.seconds, folder / "profile.txt"))
                results.append(await speak(name="window", seconds=bench.seconds, says=each))
            if task is not None and (complaint := await task):
                bench.console.print(f"no profile: {complaint}", markup=False)
            if says is Says.MIXED:
                await asyncio.sleep(SETTLE_S)
                rate = results[-1]["rate_per_s"] / 2
                results.append(await speak(name="half the rate", rate=rate, seconds=bench.seconds, says=says))
            if says is Says.DIALOGS:
                before = subject.usage().rss_bytes
                openings = await speak(name="opened", seconds=0.0, says=Says.OPENINGS, openings=OPENINGS)
                openings["dialogs_mb"] = round((subject.usage().rss_bytes - before) / subjects.MEBIBYTE, 1)
                results.append(openings)
            smsc.order(order="answers")
            answers = await smsc.event(START_S)
            memory = subject.memory()
    run: dict[str, Any] = {
        "subject": name,
        "traffic": results[-1]["traffic"],
        "memory": memory,
        "answers": answers,
    }
    if name != "peer":
        run["store"] = subjects.read_store(folder / "gateway.db")
    if name == "recording":
        run["store"] |= subjects.read_recordings(folder / "recordings")
    run["faults"] = faults_of(results, run)
    finish_run(bench, folder, results, run)


def faults_of(results: list[Result], run: dict[str, Any]) -> list[str]:
    """What must not be, in words."""
    faults = [
        f"{each['name']}: {each['lost']} lost, {each['unacknowledged']} not acknowledged "
        f"({each['receipts_unacknowledged']} receipts), {each['refused']} refused "
        f"({', '.join(f'0x{int(status):02X}' for status in each['statuses'])})"
        for each in results
        if each["lost_total"]
    ]
    wrong = run["answers"]["wrong"]
    if wrong:
        faults.append(f"{wrong} answers of the wrong kind")
    store = run.get("store", {})
    sent = sum(each["sent"] for each in results)
    receipts = sum(each["receipts"] for each in results)
    run["receipts"] = receipts
    expectations = {
        "messages": sent, "recorded": sent, "recording_gaps": 0,
        "redeliveries": 0, "ledger_sum_minor": 0, "receipts_orphaned": 0,
    }  # fmt: skip
    for name, expected in expectations.items():
        if store.get(name, expected) != expected:
            faults.append(f"store: {name} is {store[name]}, expected {expected}")
    return faults


def finish_run(bench: Bench, folder: Path, results: list[Result], run: dict[str, Any]) -> None:
    console = bench.console
    run["warm_up"] = results[0]
    bench.results += results[1:]
    bench.runs.append(run)
    if bench.profile and (folder / "profile.txt").exists():
        bench.profiled = profiling.read(folder / "profile.txt")
    for each in results[1:]:
        console.print(
            f"[bold]{each['subject']:<8}[/] {each['traffic']:<6} {each['load']:<12} {each['rate_per_s']:>8,.0f}/s  "
            f"p99 {each['latency_ms']['p99']:>7.1f} ms  CPU {each['cpu_share']:>4.0%} "
            f"(generator {each['generator_cpu_share']:.0%})  {each['submits_per_command']:.2f} submit_sm a command, "
            f"longest silence {each['gap_ms']:.0f} ms"
        )
    for fault in run["faults"]:
        console.print(f"  [bold red]{escape(fault)}[/]")
    for each in run["answers"]["unexpected"]:
        console.print(f"  [red]{each['step']}: {each['count']} x[/] {escape(each['text'])}")
    if not bench.keep:
        shutil.rmtree(folder, ignore_errors=True)


def summarise(bench: Bench) -> dict[str, Any]:
    def rates(subject: str, traffic: str) -> list[float]:
        return [
            each["rate_per_s"]
            for each in bench.results
            if (each["subject"], each["traffic"], each["name"]) == (subject, traffic, "window")
        ]

    lost = sum(each["lost_total"] for each in bench.results)
    lost += sum(each["answers"]["wrong"] + each["warm_up"]["lost_total"] for each in bench.runs)
    summary: dict[str, Any] = {"numbers": bench.numbers, "lost": lost}
    gateway, peer, mixed = rates("gateway", "SMS"), rates("peer", "SMS"), rates("gateway", "mixed")
    if gateway:
        summary["gateway_sms_per_s"] = statistics.median(gateway)
    if peer:
        summary["peer_sms_per_s"] = statistics.median(peer)
    if gateway and peer:
        summary["sms_ratio"] = round(summary["gateway_sms_per_s"] / summary["peer_sms_per_s"], 2)
    summary["costs"] = {
        name: {
            "sms_per_s": statistics.median(found),
            "throughput_lost": round(1 - statistics.median(found) / statistics.median(gateway), 3),
            "cpu": round(cpu_of(bench, name) / cpu_of(bench, "gateway") - 1, 3),
        }
        for name in subjects.VARIANTS
        if name != "gateway" and (found := rates(name, "SMS"))
    }
    if mixed:
        phases = {each["name"]: each for each in bench.results if each["traffic"] == "mixed"}
        run = next(each for each in bench.runs if each["traffic"] == "mixed")
        summary["mixed_per_s"] = statistics.median(mixed)
        summary["mixed_p99_ms"] = phases["window"]["latency_ms"]["p99"]
        summary["half_p99_ms"] = phases["half the rate"]["latency_ms"]["p99"]
        summary["memory_peak_mb"] = run["memory"]["peak_mb"]
        summary["memory_start_mb"] = run["memory"]["start_mb"]
    if turns := in_turns(bench, Says.FUNCTIONS, "cpu_s_per_1000"):
        ratios = [mix / one for one, mix in turns]
        summary["function_ratios"] = [round(each, 2) for each in ratios]
        summary["function_ratio"] = round(statistics.median(ratios), 2)
        rate_ratios = [mix / one for one, mix in in_turns(bench, Says.FUNCTIONS, "rate_per_s")]
        summary["function_rate_ratio"] = round(statistics.median(rate_ratios), 2)
        summary["function_per_s"] = statistics.median(rates("gateway", "functions"))
        run = next(each for each in bench.runs if each["traffic"] == "functions")
        summary["functions"] = len(run["answers"]["samples"])
    if turns := in_turns(bench, Says.DIALOGS, "cpu_s_per_1000"):
        dials, steps = zip(*turns, strict=True)
        ratios = [step / dial for dial, step in turns]
        summary["step_ratios"] = [round(each, 2) for each in ratios]
        summary["step_ratio"] = round(statistics.median(ratios), 2)
        summary["step_cpu_s_per_1000"], summary["dial_cpu_s_per_1000"] = map(statistics.median, (steps, dials))
        summary["step_per_s"] = statistics.median(rates("gateway", "dialogs"))
        summary["dial_per_s"] = statistics.median(rates("gateway", "dials"))
        opened = next(each for each in bench.results if each["name"] == "opened")
        summary["dialogs_open"], summary["dialogs_mb"] = opened["answered"], opened["dialogs_mb"]
    return summary


def cpu_of(bench: Bench, name: str) -> float:
    """CPU seconds for 1,000 commands of one subject, the median of its runs."""
    return statistics.median([each["cpu_s_per_1000"] for each in bench.results if each["subject"] == name])


def in_turns(bench: Bench, says: Says, figure: str) -> list[tuple[float, float]]:
    """A figure of each turn of dials with that of its neighbour: only these are compared, for machines drift."""
    windows = [each for each in bench.results if each["name"] == "window"]
    return [
        (before[figure], each[figure])
        for before, each in pairwise(windows)
        if (before["traffic"], each["traffic"]) == (Says.DIALS, says)
    ]


async def run_all(bench: Bench, plan: list[tuple[str, Says]]) -> None:
    with bench.console.status("starting") as status:
        for name, says in plan:
            await run_subject(bench, name, says, status)


def plan_of(only: Only | None, rounds: int) -> list[tuple[str, Says]]:
    """Subjects in the order of their runs, each with what is said."""
    match only:
        case Only.GATEWAY:
            return [("gateway", Says.SMS)] * rounds
        case Only.PEER:
            return [("peer", Says.SMS)] * rounds
        case Only.MIXED:
            return [("gateway", Says.MIXED)]
        case Only.DIALOGS:
            return [("gateway", Says.DIALOGS)]
        case Only.RECORDING | Only.RECEIPTS | Only.TLS:
            turns = ["gateway", only.value, only.value, "gateway"] * rounds
            return [(name, Says.SMS) for name in turns]
        case Only.FUNCTIONS:
            return [("gateway", Says.FUNCTIONS)]
        case Only.REPLAY:
            return []
        case None:
            compared = [("gateway", Says.SMS), ("peer", Says.SMS)] * rounds
            return [*compared, ("gateway", Says.MIXED), ("gateway", Says.DIALOGS), ("gateway", Says.FUNCTIONS)]


def print_replay(
    figures: dict[str, Any], machine: dict[str, Any], console: Console, json_file: Path | None
) -> None:  # fmt: skip
    """What a replay reaches, medians of its turns."""
    for name, figure in figures.items():
        console.print(f"{name}: [bold cyan]{figure}[/]")
    if json_file is not None:
        json_file.write_text(json.dumps({"machine": machine, "summary": figures}, indent=2) + "\n", encoding="utf-8")


def main(
    seconds: Annotated[float, typer.Option(min=1, help="Of each measured phase.")] = 15.0,
    window: Annotated[int, typer.Option(min=1, help="Commands on their way at one time.")] = 100,
    numbers: Annotated[int, typer.Option(min=1, help="Subscribers.")] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, help="Of what takes turns.")] = 2,
    only: Annotated[Only | None, typer.Option(help="One sort of run alone.")] = None,
    profile: Annotated[bool, typer.Option("--profile", help="py-spy beside mixed runs; it slows them.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where to write all figures.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keeps databases and logs in var/bench.")] = False,
) -> None:
    """Measures the gateway over real SMPP, in turn with a blocking smpplib client. Status 1 if anything is lost."""
    if numbers < 4 * window:
        raise typer.BadParameter("give at least four numbers for each command on its way", param_hint="--numbers")
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDTH
    bench = Bench(seconds, window, numbers, profile, keep, rounds, console)
    ROOT.mkdir(parents=True, exist_ok=True)
    machine = report.machine(ROOT)
    fsync = machine["fsync_ms"]
    console.print(
        f"{machine['cores']} cores, {machine['processor']}, Python {machine['python']}, SQLite {machine['sqlite']}, "
        f"fsync {fsync['p50']} ms (p99 {fsync['p99']} ms), load {machine['load_before']}; {numbers:,} numbers"
    )
    if only is Only.REPLAY:
        print_replay(replaying.measure(rounds, console), machine, console, json_file)
        return
    try:
        asyncio.run(run_all(bench, plan_of(only, rounds)))
    except (SubjectError, TimeoutError) as error:
        console.print(f"[bold red]error:[/] {escape(str(error) or 'no answer from the load generator')}")
        raise typer.Exit(2) from None
    summary = summarise(bench)
    console.print(report.phases_table(bench.results))
    console.print(report.summary_table(summary))
    if doubt := report.doubts(bench.results):
        console.print(f"[yellow]{doubt}[/]")
    samples = bench.runs[-1]["answers"]["samples"]
    console.print(f"\nof the answers, all of {bench.runs[-1]['answers']['kinds']} kinds checked:", style="dim")
    for step, text in list(samples.items())[:3]:
        console.print(f"  {step}: {text}", style="dim", markup=False)
    if bench.profiled is not None:
        report.print_profile(console, bench.profiled)
    if json_file is not None:
        figures = {"machine": machine, "summary": summary, "phases": bench.results, "runs": bench.runs}
        json_file.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        console.print(f"figures: {json_file}", markup=False)
    if summary["lost"] or any(run["faults"] for run in bench.runs):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
