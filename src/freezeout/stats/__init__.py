"""Statistics: upper limits and likelihoods as pure functions of arrays.

`poisson`, `feldman_cousins`
    Limits on counts.
`stacked`, `penalty`, `scan`, `upper_limit`
    A binned likelihood of many sources, each with a profiled scale, and the limit from it.
`threshold`
    Rises of −2 lnL and the confidence levels they stand for.
`band`
    Expected limits from toys.
"""
