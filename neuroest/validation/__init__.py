"""Published chips rebuilt from their inputs, and how far the estimates are from what was published."""
