"""Environments: what an analysis needs, locked, built and tested; and their kernels.

`folder`
    An environment's folder: found, read and checked (`schema`).
`lock`
    Its lock: every package with its version and hashes.
`installation`
    Where it is built, and whether it is in order.
`build`
    From a lock to an installation: by uv (`uv`), by conda (`conda`), or from CVMFS (`cvmfs`, which
    finds what is mounted, and `mounted`, which puts it to use).
`failures`
    What it means when one of them fails.
`library`
    The wheel that brings Freezeout itself into every environment.
`kernels`
    The kernel specifications.
`smoke`
    The deep test.
`card`
    All that a card, a table or a program is told about an environment.
`locking`, `clone`, `export`
    A lock made from what is wanted; a variant of one's own; all that is needed to build it elsewhere.
`report`
    All that ship, built and tested from an empty cache, as a table.
"""
