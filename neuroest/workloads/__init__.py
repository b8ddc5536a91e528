"""Networks as arrays: shapes, exact counts and activity of every layer."""
