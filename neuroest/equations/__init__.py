"""Every physical formula of neuroest, once: pure functions of numbers or arrays, with unit and reference."""
