"""Long work of every kind: state, progress, log and cancel, in one place.

`job`
    What is known of one job.
`store`
    The table of jobs, shared by all processes of a user.
`reporter`
    What the work itself is handed: progress and log.
`run`
    A job in this process, or in one of its own.
`worker`
    The process of a job.
"""
