"""Write a report as a folder with page, figures, tables and bundle."""
