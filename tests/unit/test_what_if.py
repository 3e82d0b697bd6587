"""What another catalogue would have done: refusals, prices, texts and sums, and who is affected."""

from __future__ import annotations

import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from gateway import catalogue
from gateway.config import Settings
from gateway.recording.format import Line
from gateway.replay.command import SECRET
from gateway.replay.recorded import Outcome
from gateway.replay.recorded_command import other_catalogue, what_ifs
from gateway.replay.what_if import Affected, OtherSum, WhatIf, total
from gateway.replay.what_if_report import print_what_if, write_what_if_html
from gateway.rooms import Rooms
from tests.unit.test_replay_compare import ANN, compiled, given_in, recording_of, sms

PRODUCTS = (Path(catalogue.__file__).parent / "products.toml").read_text(encoding="utf-8")
TONE = 'en = "Ringback tone" }\nprice_minor = '
"""Service 12, whose price of 50 the other catalogue raises to 60."""


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Rooms:
    folder = tmp_path_factory.mktemp("tomorrow")
    assert PRODUCTS.count(f"{TONE}5000\n") == 1
    products = PRODUCTS.replace(f"{TONE}5000\n", f"{TONE}6000\n")
    (folder / "products.toml").write_text(products, encoding="utf-8")
    return Rooms(other_catalogue(Settings(), folder), SECRET)


CONNECT = [*sms(3, "ПОДКЛЮЧИТЬ 12", 5), *sms(4, "ДА", 6), *sms(5, "ЯЗЫК", 7)]


def found(others: Rooms, folder: Path, balance: str, lines: list[Line] = CONNECT) -> WhatIf:
    return what_ifs(compiled(), others, recording_of(*lines), given_in(folder, f"balance={balance} lang=ru"))


def test_another_price(others: Rooms, tmp_path: Path) -> None:
    """Who can pay is charged more: the sum, the subscriber and both replies are named, and nothing else."""
    what = found(others, tmp_path, "100.00")

    assert not what.same
    assert [] == list(what.outcomes)
    assert [Affected(ANN, 2, 0, 5000, 6000)] == list(what.affected)  # type: ignore[arg-type]
    assert [OtherSum("services", "service", 5000, 6000)] == list(what.sums)  # type: ignore[arg-type]


def test_new_refusals_come_first(others: Rooms, tmp_path: Path) -> None:
    """Who had enough for yesterday's price alone is refused: printed first, and with the phones on the page."""
    what = found(others, tmp_path, "55.00")
    out = io.StringIO()
    print_what_if(what, Console(file=out, width=120))
    write_what_if_html(what, tmp_path / "report.html", "<yesterday>", ZoneInfo("Europe/Moscow"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    first, *_ = what.outcomes

    assert first.refused_anew
    assert first.today == Outcome("services.connect", "")
    assert first.tomorrow.refusal == "not_enough_money"
    assert [(ANN, 5000, 0)] == [(each.msisdn, each.charged_today, each.charged_tomorrow) for each in what.affected]
    assert total(what.sums).tomorrow == 0
    assert out.getvalue().index("not_enough_money") < out.getvalue().index("to the operator")
    assert "prices -50.00" in out.getvalue()
    assert page.index("New refusals") < page.index("Money") < page.index("Differences, by")
    assert page.count("ПОДКЛЮЧИТЬ 12") >= 2
    assert "Latency" not in page
    assert "<yesterday>" not in page


def test_nothing_otherwise(others: Rooms, tmp_path: Path) -> None:
    """A change that none of the messages met changes nothing; codes of the two runs are no difference."""
    what = found(others, tmp_path, "100.00", [*sms(3, "БАЛАНС", 5), *sms(4, "ПОДКЛЮЧИТЬ 35", 9), *sms(5, "ДА", 12)])
    out = io.StringIO()
    print_what_if(what, Console(file=out, width=120))

    assert what.same
    assert "nothing would have been otherwise" in out.getvalue()
