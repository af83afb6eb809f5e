"""Figures that people enter, such as visitors of a shop. workplace/goals/read.py reads them from the goal."""

from django.utils.translation import gettext_lazy as _

from workplace.goals.metrics.base import OWN, Metric


class Manual(Metric):
    name, label, unit, has_filter = "manual", _("Own figures"), OWN, False
