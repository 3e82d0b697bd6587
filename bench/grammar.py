"""What reading one string costs: `python -m bench.grammar`. Uncached medians by kind of string, and one from the cache.

No network and no store: the grammar alone, with the gateway's own code plan.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from gateway.catalogue.loading import load_catalogue
from gateway.dispatcher import collect
from gateway.model import Channel
from gateway.ussd_grammar import Grammar

ROUNDS = 1_000

KINDS: tuple[tuple[str, Channel, str], ...] = (
    ("a code", Channel.USSD, "*100#"),
    ("a code with arguments", Channel.USSD, "*112*9161234567*50#"),
    ("a code printed with spaces", Channel.USSD, "* 111 * 828 * 1 #"),
    ("a keyword", Channel.SMS, "БАЛАНС"),
    ("a keyword in Latin letters", Channel.SMS, "BALANS"),
    ("a keyword with arguments", Channel.SMS, "ПЕРЕВОД 89161234567 50"),
    ("a number in groups", Channel.SMS, "ПЕРЕВОД 8 916 123 45 67 50 руб."),
    ("digits by SMS", Channel.SMS, "111*828*1"),
    ("a part left out", Channel.USSD, "*112*9161234567*#"),
    ("a wrong number", Channel.USSD, "*112*916123456*50#"),
    ("letters for digits", Channel.USSD, "*1OO#"),
    ("arguments in the wrong order", Channel.USSD, "*112*50*9161234567#"),
    ("the wrong keyboard", Channel.SMS, ",fkfyc"),
    ("full-width characters", Channel.USSD, "＊１００＃"),
    ("an unknown code, one slip", Channel.USSD, "*111*829#"),
    ("an unknown code, two slips", Channel.USSD, "*111*838*5#"),
    ("another operator's code", Channel.USSD, "*102#"),
    ("a keyword with a slip", Channel.SMS, "БАЛАНСС"),
    ("an unknown word", Channel.SMS, "привет"),
    ("unknown words", Channel.SMS, "совсем другое дело"),
)
LONG: tuple[tuple[str, Channel, str], ...] = (
    ("the longest of digits", Channel.USSD, "*" + "7" * 181),
    ("the longest of stars", Channel.USSD, "*1" * 91),
    ("the longest of letters", Channel.SMS, "ы" * 500),
    ("the longest of words", Channel.SMS, "да " * 166),
    ("the longest of groups of digits", Channel.SMS, "ПЕРЕВОД " + "7 " * 246),
    ("the longest of accents", Channel.SMS, "и\u0306" * 250),
    ("the longest of signs", Channel.SMS, "ПЕРЕВОД " + "😀" * 490),
    ("the longest of slips", Channel.SMS, "ПЕРЕВОД-" + "7 " * 235 + "O7 pуб ("),
    ("the longest of slips, dialled", Channel.USSD, "*112*" + "7О" * 80 + "*5O pуб"),
    ("the longest of ligatures", Channel.SMS, "\ufdfa" * 500),
    # The worst that a search over texts of the grammar's own pieces has found, on both channels.
    ("the longest of twins of digits", Channel.SMS, "ЧС + ЗЗЗЗЗЗ|" + "З" * 487 + "й"),
    ("the longest of twins of digits, dialled", Channel.USSD, "*111*155*" + "O" * 172 + "а"),
    ("the longest of brackets", Channel.SMS, "ПЕРЕВОД а" + "(" * 490 + "я"),
    ("the longest of Roman numerals", Channel.SMS, "PEREVOD " + "Ⅷ" * 491 + "й"),
    ("the longest of letters that unfold", Channel.SMS, "PEREVOD7" + "ﬁ" * 490),
    ("the longest of hashes and digits", Channel.SMS, "ПОПРОСИТЬ " + "#８" * 245),
    ("the longest of words in two alphabets", Channel.SMS, "ЧС + 50.00БİСO" + "50.00БАЛАНСO" * 40),
    ("the longest of another start, dialled", Channel.USSD, "<fkfyc " + "aа </😀" * 29),
    ("10,000 characters", Channel.SMS, "ПЕРЕВОД " + "7" * 10_000),
)


def own_grammar() -> Grammar:
    """The gateway's own plan with its own commands."""
    catalogue = load_catalogue(None)
    return Grammar(catalogue.codes, catalogue.operator, {name: each.command for name, each in collect().items()})


def median_us(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of so many calls, in microseconds."""
    taken = []
    for _ in range(rounds):
        before = time.perf_counter()
        call()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken) * 1e6


def main() -> None:
    """Prints a table: microseconds by kind of string."""
    grammar = own_grammar()
    costs = []
    print(f"{'kind of string':40} {'us':>7}")
    for name, channel, text in KINDS:
        cost = median_us(lambda text=text, channel=channel: grammar._read(text, channel, "111", False))  # type: ignore[misc]
        costs.append(cost)
        print(f"{name:40} {cost:7.1f}")
    print(f"{'median of these':40} {statistics.median(costs):7.1f}")
    grammar.read("*100#", Channel.USSD)
    print(f"{'from the cache':40} {median_us(lambda: grammar.read('*100#', Channel.USSD)):7.2f}")
    for name, channel, text in LONG:
        cost = median_us(lambda text=text, channel=channel: grammar._read(text, channel, "111", False), 100)  # type: ignore[misc]
        print(f"{name:40} {cost:7.1f}")


if __name__ == "__main__":
    main()
