"""Finding, loading and checking files."""
