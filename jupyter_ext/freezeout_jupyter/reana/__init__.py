"""The routes of REANA under ``/freezeout/api/reana``.

`api`
    What they share: the servers that are known, and how a request names one.
`connections`, `service`
    The servers: listed, kept and forgotten; that of this machine started and stopped.
`workflows`, `actions`, `sessions`, `account`
    Workflows looked at, started, stopped and so on; their interactive sessions; quota and secrets.
`files`, `preview`, `notebook`, `tables`, `root`, `pictures`
    Workspaces, and what is in a file, in a form that can be shown without harm.
`submissions`, `form`, `transfer`
    Experiments and notebooks sent to REANA; the other jobs.
`clients`, `pool`, `shared`, `states`, `own`, `abouts`
    The client of each server, its threads, answers that many ask for, how each server stands, the one of
    this machine, and what workflows were made of.
"""
