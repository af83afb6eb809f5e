"""The forms of people and projects."""

from django import forms


class InvitedSignupForm(forms.Form):
    def signup(self, request: object, user: object) -> None:
        pass
