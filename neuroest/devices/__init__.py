"""Device models: which parameters each has, with unit, bounds and meaning.

A device model is a frozen record of physical quantities, declared once. From the declaration come the checks of
device spec files, the JSON Schema that editors read, the reference pages, and the numbers that circuit blocks
compute with. Values never stand here: they are claims in the files under ``device_specs/``.
"""
