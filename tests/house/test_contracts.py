"""The contracts with systems outside (`docs/openapi`) say what is really sent and answered."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from jsonschema import Draft202012Validator

from gateway.clock import VirtualClock
from gateway.config import HTTP_CHANNELS, Settings
from gateway.delivery.effects import EffectRefused
from gateway.delivery.http import HttpChannel
from gateway.model import Instant, Msisdn
from gateway.replay.command import transcripts_in
from gateway.replay.runner import SECRET, OutsideSystems, run_all
from gateway.replay.transcript import read_transcript
from gateway.rooms import Rooms
from gateway.standins.answers import ANSWERERS
from gateway.standins.servers import StandIns
from gateway.store.protocol import EffectRow

ROOT = Path(__file__).parents[2]
FOLDERS = ("topup", "autopay", "bill", "locator", "child", "picture", "voicemail")
"""The transcripts of the functions that ask systems outside."""
AT = Instant(1_773_133_200_000)


class Yaml12(yaml.SafeLoader):
    """As OpenAPI wants it: `off` and `no` are words (YAML 1.2)."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@functools.cache
def contract(channel: str) -> dict[str, Any]:
    source = (ROOT / "docs" / "openapi" / f"{channel}.yaml").read_text(encoding="utf-8")
    found = yaml.load(source, Yaml12)
    assert isinstance(found, dict)
    return found


def operation(channel: str) -> dict[str, Any]:
    found = contract(channel)["paths"][f"/{channel}"]["post"]
    assert isinstance(found, dict)
    return found


def schema(channel: str, of: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of a body; a property that the contract does not name is a fault of it."""
    content = of["content"]["application/json"]["schema"]
    whole = closed({**content, "components": contract(channel).get("components", {})})
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)


def closed(part: Any) -> Any:
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: closed(value) for key, value in part.items()}
    return {**found, "additionalProperties": False} if "properties" in found and "type" in found else found


def faults(validator: Draft202012Validator, body: object) -> list[str]:
    return [f"{each.json_path}: {each.message}" for each in validator.iter_errors(body)]


@functools.cache
def asked() -> tuple[EffectRow, ...]:
    """All that the transcripts ask of systems outside."""
    rows: list[EffectRow] = []
    perform = OutsideSystems.perform

    async def noting(self: OutsideSystems, effect: EffectRow) -> str:
        rows.append(effect)
        return await perform(self, effect)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(OutsideSystems, "perform", noting)
        files = transcripts_in([ROOT / "fixtures" / "transcripts" / each for each in FOLDERS])
        russian = [path for path in files if not path.stem.endswith(("-bg", "-en", "-latin", "-full"))]
        run_all(Rooms(Settings(), SECRET), [read_transcript(path) for path in russian])
    return tuple(rows)


def documents(channel: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in asked():
        if row.channel == channel:
            yield row.command, json.loads(row.document)


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_requests_are_as_the_contract_says(channel: str) -> None:
    """Every document of every command, its properties named and of their types."""
    validator = schema(channel, operation(channel)["requestBody"])
    found = list(documents(channel))

    assert found
    assert [] == [(command, document, wrong) for command, document in found if (wrong := faults(validator, document))]


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_answers_are_as_the_contract_says(channel: str) -> None:
    """What the stand-ins answer, and the reasons that they refuse with."""
    answers = operation(channel)["responses"]
    good, bad = schema(channel, answers["200"]), schema(channel, answers["422"])
    answered = [ANSWERERS[channel](document, 0) for _, document in documents(channel)]

    assert [] == [each for each in answered if isinstance(each, Mapping) and faults(good, each)]
    assert [] == [each for each in answered if isinstance(each, str) and faults(bad, {"error": each})]


async def test_the_contract_says_what_stands_in_the_head(aiohttp_posts: list[Mapping[str, str]]) -> None:
    """The two headers of a request have the form that every contract gives them."""
    for channel in HTTP_CHANNELS:
        for each in operation(channel)["parameters"]:
            validator = Draft202012Validator(each["schema"])
            assert all(faults(validator, head[each["name"]]) == [] for head in aiohttp_posts)


@pytest.fixture
async def aiohttp_posts(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """The heads of requests that were really posted."""
    heads: list[Mapping[str, str]] = []
    standins = StandIns(b"secret")
    handle = type(standins.http["payments"]).handle

    async def noting(self: Any, request: web.Request) -> web.StreamResponse:
        heads.append(dict(request.headers))
        return await handle(self, request)

    monkeypatch.setattr(type(standins.http["payments"]), "handle", noting)
    await standins.start()
    for channel in HTTP_CHANNELS:
        http = HttpChannel(standins.url(channel), b"secret", 5.0, VirtualClock(AT))
        (_, document), *_ = documents(channel)
        body = json.dumps(document).encode()
        with contextlib.suppress(EffectRefused):
            await http.perform(EffectRow(16, f"{16:032x}", AT, AT, channel, body, "", Msisdn("79161234567")))
        await http.close()
    await standins.stop()
    assert len(heads) == len(HTTP_CHANNELS)
    return heads
