"""What a result looks like: text, tables, HTML, comparisons, derivations, bibliographies and schemas."""
