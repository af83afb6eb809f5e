"""The models of teamwork on mentions, one noun per file."""
