"""Physics: signal models as pure functions of arrays.

`direct`
    Halo, form factor, recoil rates, acceptance.
`indirect`
    Photon spectra, J-factors, expected counts.
`collider`
    Mediators, their widths, cross-sections and the planes they translate to.

Tables lie in ``data/``, each beside the SOURCE.yaml that says where it is from.
"""
