"""The embedded REANA server: one process on 127.0.0.1, supervised.

`reana`
    Its start, its state and its stop, for those who need one: ``Reana.start().wait()``.
`status`
    What the supervisor says of it.
`supervisor`
    The process that starts, watches and stops it.
"""
