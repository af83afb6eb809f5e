"""Look-alikes of providers of website figures: each has visits, and counts them as its API does."""
