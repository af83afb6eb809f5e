"""The addresses of the account pages that allauth does not bring."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
