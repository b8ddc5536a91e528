"""Models to fit, one row each: columns, law from `equations`, parameters, and the spec that it writes."""
