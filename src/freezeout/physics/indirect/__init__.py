"""Indirect detection: what annihilating dark matter sends to a telescope.

`spectra`
    Photons per annihilation, by channel (PPPC 4 DM ID).
`jfactor`
    How well a target's J-factor is known: a log-normal, or a kernel density of samples.
`counts`
    Photons that a telescope expects per unit of the annihilation cross-section.
"""
