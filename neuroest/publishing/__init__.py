"""A report as a folder: page, figures, tables and bundle."""
