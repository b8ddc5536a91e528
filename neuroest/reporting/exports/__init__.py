"""An estimate in files and tables of other tools."""
