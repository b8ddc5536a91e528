"""Presentation of results: text, tables, HTML, comparisons, derivations, bibliographies and schemas."""
