"""What the stand-ins answer: a pure function for each channel. A number that ends in 0000 is an example of trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Answerer = Callable[[Mapping[str, object], int], Mapping[str, object] | str]
"""(document, how much was done before) -> the answer, or the reason to refuse."""


def _payment(document: Mapping[str, object], count: int) -> Mapping[str, object] | str:
    """A number whose last four digits are 0000 has no card; the same sums that banks decline are declined."""
    if str(document.get("payer", "")).endswith("0000"):
        return "no_card"
    amount = document.get("amount_minor")
    if isinstance(amount, int) and amount >= 10_000_00:
        return "limit"
    return {"payment": f"P{count + 1:06}", "card": "4242"}


def _place(document: Mapping[str, object], count: int) -> Mapping[str, object] | str:
    if str(document.get("target", "")).endswith("0000"):
        return "off"
    places = {
        "ru": "Москва, у станции «Проспект Мира»",
        "bg": "София, до площад „Славейков“",
        "en": "London, near Holborn station",
    }
    place = places.get(str(document.get("language", "ru")), places["ru"])
    return {"place": place, "accuracy_m": 400, "at": "2016-06-04T12:00:00Z"}


def _picture(document: Mapping[str, object], count: int) -> Mapping[str, object] | str:
    """Everybody has saved two pictures, but for an owner that ends in 0000; no other number is a picture's."""
    pictures = {1: "Дача", 2: "Внук"}
    if "owner" in document:
        found = {} if str(document["owner"]).endswith("0000") else pictures
        return {"pictures": [{"picture": number, "name": name} for number, name in found.items()]}
    if document.get("picture") not in pictures:
        return "unknown_picture"
    if str(document.get("recipient", "")).endswith("0000"):
        return "no_mms"
    return {"message": f"M{count + 1:06}"}


def _voicemail(document: Mapping[str, object], count: int) -> Mapping[str, object] | str:
    if str(document.get("number", "")).endswith("0000"):
        return "no_box"
    return {"new": 2, "kept": 5}


ANSWERERS: Mapping[str, Answerer] = {
    "payments": _payment, "location": _place, "mms": _picture, "voicemail": _voicemail,
}  # fmt: skip


def conversation(text: str) -> str:
    """What the example of an application says to all that was typed so far, with `*` between the inputs."""
    match text.split("*"):
        case [""]:
            return "CON Weather\n1 Today\n2 Tomorrow"
        case ["1"]:
            return "CON Today. Which town?"
        case ["2"]:
            return "END Tomorrow: rain"
        case ["1", town]:
            return f"END {town}: sunny, 21 degrees"
        case _:
            return "END There is no such item. Dial *384#"
