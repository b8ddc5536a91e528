"""Models that can be fitted, one row each: columns, law from `equations`, parameters, and the spec it writes."""
