"""Many design points at once: sensitivity and uncertainty from the same equations as one estimate."""
