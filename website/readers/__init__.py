"""Readers of website figures: one file per provider of analytics, and the registry. Pure, apart from their client."""
