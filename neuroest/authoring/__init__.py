"""Spec files that a person starts from: templates, cell files of other tools, tables of devices."""
