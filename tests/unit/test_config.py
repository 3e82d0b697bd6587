"""Settings: defaults, file, environment, flags, and what an engineer is told when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import config
from gateway.config import ConfigError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_have_one_listener_on_loopback() -> None:
    """Without a file: SQLite under ./var, one listener on 127.0.0.1:2775."""
    settings = config.load()

    assert settings.store.url == "sqlite:///var/gateway.db"
    assert [(each.host, each.port) for each in settings.listeners] == [("127.0.0.1", 2775)]


def test_a_file_that_names_a_link_has_no_default_listener(tmp_path: Path) -> None:
    """A file that names a link or a listener has no default listener."""
    settings = config.load(write(tmp_path, '[[links]]\nname = "smsc1"\nsystem_id = "gw"\n'))

    assert settings.listeners == ()
    assert [each.name for each in settings.links] == ["smsc1"]


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults < file < USSDGW_* environment; other keys of the section stay as the file has them."""
    monkeypatch.setenv("USSDGW_OPERATOR__SHORT_NUMBER", "222")
    settings = config.load(write(tmp_path, '[operator]\nshort_number = "333"\ncurrency = "EUR"\n'))

    assert settings.operator.short_number == "222"
    assert settings.operator.currency == "EUR"


def test_flags_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags have the last word."""
    monkeypatch.setenv("USSDGW_STORE__URL", "memory:")

    assert config.load(None, {"store": {"url": "sqlite:///x.db"}}).store.url == "sqlite:///x.db"


FAULTS = [
    ("unknown key", '[operator]\ncurency = "RUB"\n', [":2:", "unknown key", "operator.curency", "'currency'"]),
    ("unknown section", '[operater]\ncountry = "RU"\n', [":1:", "unknown key operater", "'operator'"]),
    (
        "unknown key of the second link",
        '[[links]]\nname = "a"\nsystem_id = "x"\n\n[[links]]\nname = "b"\nsystem_id = "x"\nwindov = 5\n',
        [":8:", "links.1.windov", "'window'"],
    ),
    (
        "wrong type",
        '[engine]\nbatch_facts_max = "many"\n',
        [":2:", "engine.batch_facts_max", "a whole number", "'many'"],
    ),
    ("out of range", '[[listeners]]\nname = "a"\nport = 70000\n', [":3:", "listeners.0.port", "65535", "70000"]),
    (
        "unknown key of tls",
        '[[links]]\nname = "a"\nsystem_id = "x"\ntls = { ca_fiel = "x.pem" }\n',
        [":4:", "links.0.tls.ca_fiel", "'ca_file'"],
    ),
    (
        "unknown key of a table in a table",
        '[[links]]\nname = "a"\nsystem_id = "x"\n[links.tls]\nca_fiel = "x.pem"\n[[links]]\nname = "b"\n',
        [":5:", "links.0.tls.ca_fiel", ":6:", "links.1.system_id"],
    ),
    (
        "unknown key of an account",
        '[[listeners]]\nname = "a"\naccounts = [{ system_id = "x", sesions_max = 3 }]\n',
        [":3:", "accounts.0.sesions_max", "'sessions_max'"],
    ),
    ("unknown key of a route", '[[routes]]\nprefx = "7"\nvia = "a"\n', [":2:", "routes.0.prefx", "'prefix'"]),
    (
        "no network",
        '[[listeners]]\nname = "a"\nallowed_networks = ["10.0.0.1/8"]\n',
        [":3:", "10.0.0.1/8", "host bits"],
    ),
    ("no bind", '[[links]]\nname = "a"\nsystem_id = "x"\nbind = "both"\n', [":4:", "transmitter+receiver", "'both'"]),
    (
        "second door of a route",
        '[[links]]\nname = "one"\nsystem_id = "x"\n[[routes]]\nvia = ["one", "onne"]\n',
        [":5:", "via = 'onne'", "'one'"],
    ),
    (
        "account of a route",
        '[[links]]\nname = "one"\nsystem_id = "x"\n[[routes]]\naccount = "onne"\nvia = "one"\n',
        ["account = 'onne'", "'one'"],
    ),
    ("empty route", "[[routes]]\nvia = []\n", [":2:", "routes.0.via", "at least 1"]),
    (
        "outbind without a password",
        '[[links]]\nname = "a"\nsystem_id = "x"\nbind = "outbind"\n',
        [":4:", "link 'a'", "outbind_password"],
    ),
    (
        "outbind keys of another bind",
        '[[links]]\nname = "a"\nsystem_id = "x"\nallowed_networks = ["::1"]\n',
        [":4:", "link 'a'", "allowed_networks"],
    ),
    ("missing", '[[links]]\nname = "a"\n', [":1:", "links.0.system_id", "required"]),
    ("no TOML", "[operator\n", ["gateway.toml:1:"]),
    ("no TOML, by column", "[log]\nlevel = = 1\n", ["gateway.toml:2:9: no TOML"]),
    ("one table for many", '[links]\nname = "a"\npassword = "clear"\n', [":1:", "links", "under a line [[links]]"]),
    ("text for a list", '[applications.web]\nurl = "http://x"\ncodes = "*384#"\n', [":3:", "a list", "'*384#'"]),
    ("nearest of several values", '[log]\nlevel = "warn"\n', [":2:", "log.level", "did you mean 'warning'"]),
    ("no country", '[operator]\ncountry = "XX"\n', [":2:", "ISO 3166", "'XX'"]),
    ("no time zone", '[operator]\ntime_zone = "Mars/Base"\n', [":2:", "Europe/Sofia", "'Mars/Base'"]),
    ("a folder of time zones", '[operator]\ntime_zone = "Europe"\n', [":2:", "Europe/Sofia", "'Europe'"]),
    ("no currency", '[operator]\ncurrency = "rub"\n', [":2:", "ISO 4217", "'rub'"]),
    (
        "password in clear for a hash",
        '[[listeners]]\nname = "a"\n[[listeners.accounts]]\nsystem_id = "x"\npassword_hash = "clear"\n',
        [":5:", "listeners.0.accounts.0.password_hash", "ussdgw hash-password"],
    ),
    (
        "neither password",
        '[[listeners]]\nname = "a"\n[[listeners.accounts]]\nsystem_id = "x"\n',
        [":4:", "listener 'a', account 'x'", "password_file or password_hash"],
    ),
    (
        "an account twice",
        '[[listeners]]\nname = "a"\n[[listeners.accounts]]\nsystem_id = "x"\npassword_file = "p"\n'
        '[[listeners.accounts]]\nsystem_id = "x"\npassword_file = "p"\n',
        [":7:", "listener 'a', account 'x'", "twice"],
    ),
    (
        "a port twice",
        '[admin]\nport = 2775\n[[listeners]]\nname = "a"\nhost = "0.0.0.0"\n',
        [":2:", "listener 'a' and [admin]", "port 2775"],
    ),
    ("route to nowhere", '[[listeners]]\nname = "phones"\n[[routes]]\nvia = "phnes"\n', ["'phnes'", "'phones'"]),
    (
        "one name twice",
        '[[listeners]]\nname = "a"\n[[links]]\nname = "a"\nsystem_id = "x"\n',
        [":4:", "two links or listeners have the name 'a'"],
    ),
]


@pytest.mark.parametrize(("text", "told"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_names_file_line_key_and_the_nearest_name(tmp_path: Path, text: str, told: list[str]) -> None:
    """An engineer learns the file, the line, the key, what was expected, and the nearest valid name."""
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text))

    message = str(caught.value)
    assert [] == [part for part in told if part not in message], message


VARIABLES = [
    ("USSDGW_ADMIN__PORT", "many", ["USSDGW_ADMIN__PORT: admin.port", "a whole number", "'many'"]),
    ("USSDGW_STORE__URLL", "x", ["USSDGW_STORE__URLL: unknown key", "'url'"]),
    ("USSDGW_ADMNI__PORT", "1", ["USSDGW_ADMNI__PORT: unknown section", "'admin'"]),
    ("USSDGW_LINKS__0__PORT", "1", ["USSDGW_LINKS__0__PORT: links", "[[links]]"]),
    ("USSDGW_LINKS", "smsc1", ["USSDGW_", "links", "JSON"]),
]


@pytest.mark.parametrize(("variable", "value", "told"), VARIABLES, ids=[row[0] for row in VARIABLES])
def test_a_fault_of_the_environment_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: list[str]
) -> None:
    """What a variable sets is not looked for in the file: the variable is named."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, '[store]\nurl = "memory:"\n[admin]\nport = 0\n'))

    message = str(caught.value)
    assert [] == [part for part in told if part not in message], message


SECRETS = [
    '[[links]]\nname = "a"\nsystem_id = "x"\npassword = ["s3cret"]\n',
    '[[links]]\nname = "a"\nsystem_id = "x"\npassword = 53117\n',
    '[links]\nname = "a"\npassword = "s3cret"\n',
    '[[listeners]]\nname = "a"\naccounts = [{ system_id = "x", password_hash = "s3cret" }]\n',
]


@pytest.mark.parametrize("text", SECRETS)
def test_no_fault_repeats_a_password(tmp_path: Path, text: str) -> None:
    """Faults go to terminals and logs: what stands under a password's key, or around it, is not shown."""
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text))

    assert [] == [secret for secret in ("s3cret", "53117") if secret in str(caught.value)]


def test_a_file_that_is_no_utf_8(tmp_path: Path) -> None:
    """A file that an editor saved in another encoding: the line and the octet."""
    path = tmp_path / "gateway.toml"
    path.write_bytes('[operator]\ncountry = "RU" # Россия\n'.encode("cp1251"))

    with pytest.raises(ConfigError, match=r"gateway\.toml:2: octet 0xd0: expected UTF-8"):
        config.load(path)


def test_all_faults_at_once(tmp_path: Path) -> None:
    """One run shows every fault."""
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, '[operator]\ncurency = "RUB"\n[log]\nformat = "xml"\n'))

    assert 2 == len(str(caught.value).splitlines())


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    """A file that is not there: its name and why."""
    with pytest.raises(ConfigError, match=r"absent\.toml: No such file"):
        config.load(tmp_path / "absent.toml")
