"""REANA, embedded or a real cluster: one client, one way to describe a workflow.

`connection`
    Which server, and with which token.
`client`
    All that can be asked of a server; drives the real ``reana-client``.
`worker`
    The process in which ``reana-client`` lives, in an environment of its own.
`inside`
    What runs in that environment; nothing here imports it.
`workflow`
    What a server says of a workflow, its steps and its files.
`server`
    The embedded server, which speaks the same REST interface as a cluster's.
"""
