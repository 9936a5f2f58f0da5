"""Collider signals: mediators of dark matter and what a resonance search says about them.

`mediator`
    A spin-1 mediator: its couplings, partial widths and branching ratios.
`translation`
    From the mediator's mass to the direct- and indirect-detection planes, and back.
`zprime`
    Couplings and widths of the benchmark Z' bosons of resonance searches.
`resonance`
    Fiducial cross-sections of unit couplings between the points of a table.
`exclusion`
    The mass ranges in which a signal exceeds an upper limit.
"""
