"""French time formats (17 h 42; Django's own French has 17:42). Read by Django through FORMAT_MODULE_PATH."""

TIME_FORMAT = "G\N{NO-BREAK SPACE}\\h\N{NO-BREAK SPACE}i"
DATETIME_FORMAT = f"j F Y à {TIME_FORMAT}"
SHORT_DATETIME_FORMAT = f"d/m/Y {TIME_FORMAT}"
