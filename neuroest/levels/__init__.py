"""Computing levels: schema and mapper together."""
