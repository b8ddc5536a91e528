"""Published parameter sets of the diffusive memristor, in the order of the equations' arguments.

Field mobility, field offset, residue rate, filament decay, residue decay.
"""

BENCH = (150.0, 0.01, 20.0, 600.0, 5.0)  # Supplementary Table 1
PROJECTION_3NM = (3e7, 0.01, 2e6, 6e7, 5e5)  # Supplementary Table 8
SLOW = (16.0, 0.1, 0.2, 50.0, 0.42)  # SPICE model, github.com/TongWang-USC/Memristor-Model
