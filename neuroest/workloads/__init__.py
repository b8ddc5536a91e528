"""Networks as numbers: shapes, exact counts and activity of every layer."""
