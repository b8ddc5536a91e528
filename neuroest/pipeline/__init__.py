"""The stages of an estimate, one file each."""
