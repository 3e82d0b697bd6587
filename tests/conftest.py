"""What all tests share: the code plan and the texts are compiled once for all gateways that a test process starts.

A gateway compiles them in half a second, and the tests start hundreds. What a test changes in its own folder has
another digest, and is compiled and checked as always; so is everything in gateways that are processes of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from gateway import rooms
from gateway.catalogue.applications import Application
from gateway.catalogue.changes import digest_of
from gateway.catalogue.checking import Data, read_data
from gateway.catalogue.codes import Codes
from gateway.catalogue.loading import catalogue_files
from gateway.catalogue.menus import Menus
from gateway.catalogue.products import Operator
from gateway.commands import Command
from gateway.menus import MenuTree
from gateway.texts import LANGUAGES, text_files
from gateway.ussd_grammar import Grammar


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    data: dict[object, Data] = {}
    grammars: dict[int, tuple[Codes, Grammar]] = {}
    trees: dict[int, tuple[Grammar, MenuTree]] = {}

    def read_once(
        folder: Path | None, texts_folder: Path | None, operator: Operator, commands: Mapping[str, type[Command]],
        segments_max: int, applications: Sequence[Application] = (), *, checked: bool = False,
    ) -> Data:  # fmt: skip
        files = [*catalogue_files(folder)]
        for language in LANGUAGES:
            for file in text_files(texts_folder, language, completed=True):
                files.append((f"{language.value}/{file.name}", file.read_bytes()))
        key = (digest_of(files), repr((operator, segments_max, applications)))
        if key not in data:
            read = read_data(folder, texts_folder, operator, commands, segments_max, applications, checked=checked)
            if read.faults:
                return read
            data[key] = read
        return data[key]

    def grammar_once(codes: Codes, operator: Operator, commands: Mapping[str, type[Command]]) -> Grammar:
        if id(codes) not in grammars:
            grammars[id(codes)] = (codes, Grammar(codes, operator, commands))
        return grammars[id(codes)][1]

    def tree_once(menus: Menus, grammar: Grammar) -> MenuTree:
        if id(grammar) not in trees:
            trees[id(grammar)] = (grammar, MenuTree(menus, grammar))
        return trees[id(grammar)][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms, "read_data", read_once)
        patch.setattr(rooms, "Grammar", grammar_once)
        patch.setattr(rooms, "MenuTree", tree_once)
        yield
