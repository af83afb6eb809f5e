"""French formats where Django's own differ: 17 h 42 instead of 17:42, and 1 234 with a narrow no-break space.

Read by Django (FORMAT_MODULE_PATH).
"""

TIME_FORMAT = "G\N{NO-BREAK SPACE}\\h\N{NO-BREAK SPACE}i"
DATETIME_FORMAT = f"j F Y à {TIME_FORMAT}"
SHORT_DATETIME_FORMAT = f"d/m/Y {TIME_FORMAT}"
# The separator of the browsers' Intl.NumberFormat, so charts and pages agree.
THOUSAND_SEPARATOR = "\N{NARROW NO-BREAK SPACE}"
