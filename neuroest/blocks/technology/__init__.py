"""Process, corners and package."""
