"""Starting points for spec files: templates, cell files of other tools, tables of devices."""
