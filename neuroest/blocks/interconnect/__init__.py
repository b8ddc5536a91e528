"""Networks on chip and links off the chip."""
