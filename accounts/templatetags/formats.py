"""Template filters for times and numbers in the reader's language: `{% load formats %}`. See accounts/formats.py."""

from django import template

from accounts import formats

register = template.Library()
register.filter(formats.moment)
register.filter(formats.short_moment)
register.filter(formats.long_date)
register.filter(formats.hour_words)
register.filter(formats.number)
