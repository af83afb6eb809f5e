"""Near-identical texts (pure): keys under which they are found, a comparison that decides, and groups of them."""
