"""Long work of every kind: state, progress, log and cancel, in one place.

`job`
    What is known of one job.
`store`
    The table of jobs, shared by all processes of a user.
`reporter`
    What the work itself is handed: progress and log.
`run`
    A job in this process, or in one of its own.
`shield`
    Steps of the work that are not to be broken off.
`child`
    A command that the work runs.
`redact`
    What must not be written down.
`worker`
    The process of a job.
"""
