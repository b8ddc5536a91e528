"""How well a result is known."""
