"""Direct detection: how often a dark-matter particle of the halo makes a nucleus recoil.

`halo`
    How fast the particles pass the Earth: the standard halo, or a table of speeds.
`targets`
    The nuclei of a detector, by isotope or with their mean mass number.
`form_factor`
    How much a nucleus of finite size loses of its coherence.
`elastic`
    The rate of elastic recoils per energy.
`acceptance`
    Which recoils a detector keeps, and how many that makes.
"""
