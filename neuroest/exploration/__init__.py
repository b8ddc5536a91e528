"""Many design points at once: sensitivity and uncertainty with the same equations as a single estimate."""
