"""Emails shown in a page: in a frame without scripts, whose links open in a new tab."""


def in_theme(html: str, theme: str) -> str:
    """Return an email whose dark colors follow the theme that was chosen in Vigie, not that of the system."""
    media = {"dark": "@media all", "light": "@media not all"}.get(theme)
    html = html.replace("@media (prefers-color-scheme: dark)", media) if media else html
    return html.replace("<head>", '<head><base target="_blank">', 1)
