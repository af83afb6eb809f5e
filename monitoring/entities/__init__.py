"""Find the names of people, brands, places and products in texts, and which of them are distinctive. Pure."""
