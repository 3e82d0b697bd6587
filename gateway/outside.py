"""The systems outside, as the settings name them: channels of effects, and applications that codes belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.catalogue.applications import channel_of
from gateway.clock import Clock
from gateway.config import (
    HTTP_CHANNELS,
    ChannelSection,
    ChannelsSection,
    ConfigError,
    Settings,
)
from gateway.delivery.effects import ChannelSetup

if TYPE_CHECKING:
    from gateway.delivery.applications import ApplicationChannel
    from gateway.standins.servers import StandIns


def standins_of(settings: Settings) -> StandIns | None:
    """The demonstration's stand-ins, unless the configuration names a system outside of its own."""
    if settings.channels != ChannelsSection():
        return None
    from gateway.standins.servers import StandIns

    return StandIns()


def channels_of(settings: Settings, clock: Clock) -> dict[str, ChannelSetup]:
    """The systems outside that are configured. Their libraries are loaded only where one is: they take 20 MB."""
    setups: dict[str, ChannelSetup] = {}
    sections = settings.channels
    for name in HTTP_CHANNELS:
        section: ChannelSection = getattr(sections, name)
        if section.url:
            from gateway.delivery.http import HttpChannel

            secret = _secret_of(f"[channels.{name}] secret_file", section.secret_file)
            channel = HttpChannel(section.url, secret.encode(), section.timeout_s, clock)
            setups[name] = ChannelSetup(channel, int(section.give_up_s * 1000))
    mail = sections.mail
    if mail.host:
        from gateway.delivery.mail import MailChannel

        setups["mail"] = ChannelSetup(
            MailChannel(
                mail.host,
                mail.port,
                mail.sender,
                security=mail.security,
                username=mail.username,
                password=_secret_of("[channels.mail] password_file", mail.password_file),
                timeout_s=mail.timeout_s,
            ),
            int(mail.give_up_s * 1000),
        )
    return setups


def outside_applications(settings: Settings, clock: Clock) -> dict[str, ApplicationChannel]:
    """The applications outside, by name. As above, the library is loaded only where there is one."""
    if not settings.applications:
        return {}
    from gateway.delivery.applications import ApplicationChannel, ApplicationSetup

    return {
        name: ApplicationChannel(
            ApplicationSetup(
                name,
                section.url,
                section.form,
                section.network_code,
                _secret_of(f"[applications.{name}] secret_file", section.secret_file).encode(),
                section.timeout_s,
                section.failures_max,
                section.pause_s,
                section.resend_unknown == "after_cut",
            ),
            clock,
        )
        for name, section in settings.applications.items()
    }


def application_channels(
    settings: Settings, applications: Mapping[str, ApplicationChannel], clock: Clock
) -> Iterator[tuple[str, ChannelSetup]]:
    """Two channels for each application outside: its steps, and the notices that a session has ended."""
    for name, application in applications.items():
        section = settings.applications[name]
        yield channel_of(name), ChannelSetup(application, at_once_max=section.calls_max)
        if section.notice_url:
            from gateway.delivery.applications import NoticeChannel

            notices = NoticeChannel(replace(application.setup, url=section.notice_url), clock)
            yield channel_of(name, notices=True), ChannelSetup(notices, int(section.notice_give_up_s * 1000))


def _secret_of(key: str, path: Path | None) -> str:
    """The contents of a secret's file without the white space around them; empty where none is named."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{key} {path}: {getattr(error, 'strerror', None) or error}") from None
