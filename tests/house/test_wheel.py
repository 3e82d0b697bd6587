"""The wheel has everything: built from a copy of the sources, installed elsewhere, run away from the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WAIT_S = 60
BUILD_FILES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")
DATA = ("*.toml", "*.ftl", "*.csv", "py.typed", "*.html", "*.css", "*.js", "*.sql")


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that must succeed, without any of this checkout's environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "USSDGW_"))}
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=WAIT_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the setuptools that is here if it can, else with one that pip fetches."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for package in ("gateway", "smpp"):
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BUILD_FILES:
        shutil.copy(ROOT / name, source / name)
    try:
        here = int(metadata.version("setuptools").split(".")[0]) >= 71  # from then on it builds wheels by itself
    except metadata.PackageNotFoundError:
        here = False
    isolation = ["--no-build-isolation"] if here else []
    run(sys.executable, "-m", "pip", "wheel", "-q", source, "--no-deps", *isolation, "-w", folder / "out", cwd=folder)
    (built,) = (folder / "out").glob("ussdgw-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment with the wheel in it; the dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    # A path of a .pth file is searched for modules, but .pth files in it are not read: no editable install gets in.
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index")
    run(*pip, "--ignore-installed", "--no-warn-script-location", wheel, cwd=folder)
    return python.parent


def test_wheel_holds_all_data(wheel: Path) -> None:
    """Every data file of the packages, and the mark that they are typed, is in the wheel."""
    names = set(zipfile.ZipFile(wheel).namelist())
    packages = [ROOT / "gateway", ROOT / "smpp"]
    data = {str(each.relative_to(ROOT)) for package in packages for pattern in DATA for each in package.rglob(pattern)}
    modules = {str(each.relative_to(ROOT)) for package in packages for each in package.rglob("*.py")}

    assert {"gateway/catalogue/codes.toml", "gateway/catalogue/products.toml", "gateway/demo/subscribers.csv"} <= data
    assert {"gateway/py.typed", "smpp/py.typed", "gateway/texts/bg/balance.ftl"} <= data
    assert sorted(data - names) == []
    assert sorted(modules - names) == []
    assert not [name for name in names if name.startswith(("tests/", "fixtures/", "bench/"))]


def test_commands_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    """In an empty folder `ussdgw` finds its own catalogue and texts, and writes nothing."""
    where = run(
        installed / "python", "-c", "import gateway, smpp; print(gateway.__path__, smpp.__path__)", cwd=tmp_path
    )
    explained = json.loads(run(installed / "ussdgw", "codes", "explain", "*100#", "--json", cwd=tmp_path))

    assert str(ROOT) not in where
    assert (explained["outcome"], explained["command"]) == ("understood", "balance.show")
    assert list(tmp_path.iterdir()) == []


def test_demo_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    """`serve --demo` makes its files under ./var, answers an SMS, and ends at a signal with status 0."""
    (tmp_path / "gateway.toml").write_text('[[listeners]]\nname = "phones"\nport = 0\n')
    serve = [str(installed / "ussdgw"), "serve", "--demo", "--config", "gateway.toml"]
    with subprocess.Popen(serve, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        deadline = threading.Timer(WAIT_S, process.kill)
        deadline.start()
        try:
            assert process.stderr is not None
            said = ""
            while (found := re.search(r"listening on [\d.]+:(\d+) ", said)) is None:
                line = process.stderr.readline()
                assert line, said
                said += line
            sms = (installed / "ussdgw", "sms", "БАЛАНС", "--from", "79161234567", "--port", found[1])
            answer = run(*sms, cwd=tmp_path)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=WAIT_S)
        finally:
            deadline.cancel()
            process.kill()

    assert "Баланс: 500 руб." in answer
    assert process.returncode == 0
    assert sorted(each.name for each in (tmp_path / "var").iterdir()) == [
        "checked",
        "gateway.db",
        "gateway.db.lock",
        "secret",
    ]
