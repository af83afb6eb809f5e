"""The channels by name: one line per channel. Read by the outbox, the delivery log and delivery/messages.py."""

from typing import cast

from delivery.channels.base import Channel
from delivery.channels.discord import DiscordChannel
from delivery.channels.email import EmailChannel
from delivery.channels.http import HttpChannel
from delivery.channels.matrix import MatrixChannel
from delivery.channels.mattermost import MattermostChannel
from delivery.channels.ntfy import NtfyChannel
from delivery.channels.rocketchat import RocketChatChannel
from delivery.channels.slack import SlackChannel
from delivery.channels.teams import TeamsChannel
from delivery.channels.telegram import TelegramChannel
from delivery.channels.webhook import WebhookChannel
from delivery.channels.webpush import WebPushChannel

CHANNELS: dict[str, type[Channel]] = {
    channel.name: channel
    for channel in (
        EmailChannel,
        SlackChannel,
        TeamsChannel,
        DiscordChannel,
        MattermostChannel,
        RocketChatChannel,
        TelegramChannel,
        NtfyChannel,
        MatrixChannel,
        WebhookChannel,
        WebPushChannel,
    )
}


def is_configured(name: str) -> bool:
    """Return True if messages of this channel can be sent."""
    return name in CHANNELS and CHANNELS[name].is_configured()


def configured_channels() -> list[type[Channel]]:
    """Return the channels whose messages can be sent."""
    return [channel for channel in CHANNELS.values() if channel.is_configured()]


def destination_channels() -> dict[str, type[HttpChannel]]:
    """Return the channels that send to destinations of a project, by name."""
    return {
        name: cast("type[HttpChannel]", channel) for name, channel in CHANNELS.items() if channel.needs_destination
    }


def is_personal(name: str) -> bool:
    """Return whether the destinations of this channel are devices of the members who created them."""
    return name in CHANNELS and CHANNELS[name].is_personal


def channel_label(name: str) -> str:
    """Return a channel's name for people; the stored name if the channel no longer exists."""
    return str(CHANNELS[name].label) if name in CHANNELS else name
