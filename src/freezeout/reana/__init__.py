"""REANA, embedded or a real cluster: one client, one way to describe a workflow.

`connection`
    Which server, and with which token; `kept` by the user, `checking` what is given.
`client`
    All that can be asked of a server; drives the real ``reana-client``.
`download`, `upload`, `inputs`, `paths`
    Files to and from workspaces.
`specification`
    ``reana.yaml`` read and checked.
`worker`, `life`, `interpreter`
    The process in which ``reana-client`` lives, in an environment of its own; `errors` it tells, its `log`.
`again`, `transfers`
    Jobs about workflows.
`inside`
    What runs in that environment; nothing here imports it.
`workflow`
    What a server says of a workflow, its steps and its files.
`server`
    The embedded server, which speaks the same REST interface as a cluster's.
"""
