"""Time-domain neurons: the rate equations of a diffusive memristor with its circuit, and reference neurons."""
