"""The embedded data lake: PostgreSQL, a real Rucio server and its daemons, without Docker or root.

`place`
    The folder that holds all of it, its secrets and its addresses.
`postgres`
    The database.
`config`
    The configuration files of server, daemons and clients.
`rucio`
    The commands that run inside Rucio's own environment.
`lake`
    Its start, its state and its stop, for those who need one: ``Lake.start().wait()``.
`status`
    What the supervisor says of it.
`supervisor`
    The process that starts, watches and stops the others.
`inside`
    What runs in Rucio's own interpreter: set-up, permissions, the transfer tool, the daemons.
"""
