"""Write circuits of cells."""
