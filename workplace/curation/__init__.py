"""Collections: pick items, comment and order them, publish them as issues, and send them as a newsletter."""
