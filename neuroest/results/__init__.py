"""What an estimate returns: frozen data."""
