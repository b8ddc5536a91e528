"""What surrounds the blocks of a chip, and cores known by published numbers."""
