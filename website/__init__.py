"""Django application of website figures: visits and key events, read from the analytics of a project's own site."""
