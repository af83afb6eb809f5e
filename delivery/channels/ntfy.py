"""ntfy: a notification to a topic, on ntfy.sh or a server of one's own.

https://docs.ntfy.sh/publish/#publish-as-json: a message of more than 4,096 bytes becomes a file, and three actions are
shown. ntfy.sh takes a burst of 60 requests and then one per five seconds, 429 otherwise. Texts are shown as they are.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.channels.http import HttpChannel, Outgoing, SettingsForm, UrlField
from delivery.channels.texts import fitting, one_line, shortened, utf8_length
from delivery.notice import ALERT, RESOLVED, Notice
from outbound import ApiRequest

SERVER = "https://ntfy.sh"
_TAGS = {ALERT: ["rotating_light"], RESOLVED: ["white_check_mark"]}


class NtfyForm(SettingsForm):
    topic = forms.RegexField(
        label=_("Topic"),
        regex=r"^[-\w]{1,64}$",
        help_text=_("Whoever knows the name of an unprotected topic can read it: choose a long one."),
        widget=forms.PasswordInput(),
    )
    server = UrlField(label=_("Server"), initial=SERVER, widget=forms.TextInput(attrs={"placeholder": SERVER}))
    token = forms.CharField(
        label=_("Access token (optional)"),
        required=False,
        max_length=200,
        help_text=_("For a protected topic."),
        widget=forms.PasswordInput(attrs={"placeholder": "tk_…"}),
    )


class NtfyChannel(HttpChannel):
    name = "ntfy"
    label = "ntfy"
    summary = _("Notifies phones that are subscribed to an ntfy topic.")
    interval_s = 0.2
    Form = NtfyForm
    secrets = ("topic", "token")

    def render(self, notice: Notice) -> Any:
        start = [shortened(one_line(notice.sentence), 1_500, utf8_length)]
        start += [
            f"{shortened(one_line(fact.label), 100, utf8_length)} {shortened(one_line(fact.value), 200, utf8_length)}"
            for fact in notice.facts[:8]
        ]
        lines = [f"• {shortened(one_line(item.title), 200)} · {one_line(item.source)}" for item in notice.items]
        heading = ["", one_line(notice.heading)] if lines else []
        left = 3_900 - sum(utf8_length(line) + 1 for line in [*start, *heading])
        return {
            "title": shortened(one_line(notice.title), 240, utf8_length),
            "message": "\n".join([*start, *heading, *fitting(lines, left, utf8_length)]),
            "priority": 4 if notice.tone == ALERT else 3,
            "tags": _TAGS.get(notice.tone, []),
            **({"click": notice.links[0].url} if notice.links else {}),
            "actions": [
                {"action": "view", "label": shortened(link.label, 60), "url": link.url} for link in notice.links[:3]
            ],
        }

    def request(self, outgoing: Outgoing, settings: Mapping[str, str]) -> ApiRequest:
        headers = {"Authorization": f"Bearer {settings['token']}"} if settings.get("token") else {}
        body = {"topic": settings["topic"], **self.render(outgoing.notice)}
        return ApiRequest(settings["server"], headers, json=body)
