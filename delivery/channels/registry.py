"""The channels by name: one line per channel. Read by the outbox, the delivery log and delivery/messages.py."""

from delivery.channels.base import Channel
from delivery.channels.email import EmailChannel

CHANNELS: dict[str, type[Channel]] = {
    EmailChannel.name: EmailChannel,
}


def is_configured(name: str) -> bool:
    """Return True if messages of this channel can be sent."""
    return name in CHANNELS and CHANNELS[name].is_configured()


def configured_channels() -> list[type[Channel]]:
    """Return the channels whose messages can be sent."""
    return [channel for channel in CHANNELS.values() if channel.is_configured()]


def channel_label(name: str) -> str:
    """Return a channel's name for people; the stored name if the channel no longer exists."""
    return str(CHANNELS[name].label) if name in CHANNELS else name
