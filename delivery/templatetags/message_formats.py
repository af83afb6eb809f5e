"""Filters of the email templates: delivery/formats.py for templates."""

from django import template

from delivery import formats

register = template.Library()
register.filter(formats.moment)
register.filter(formats.long_date)
register.filter(formats.hour_words)
register.filter(formats.number)
