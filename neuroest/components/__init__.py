"""Circuit blocks of a chip: their area, their leakage, what their actions cost, and where they stop working.

Components hold no physics of their own: they call the equations with the parameters of their device.
"""
