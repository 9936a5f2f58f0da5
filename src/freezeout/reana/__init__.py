"""REANA, embedded or a real cluster: one client, one way to describe a workflow.

`sites`
    Which server, and with which token.
`client`
    All that can be asked of a server, and what it says.
`jobs`
    What takes long, as jobs: transfers, a workflow once more.
`server`
    The embedded server, which speaks the same REST interface as a cluster's.
`interpreter`, `inside`
    The environment of ``reana-client``, and what runs in it; nothing here imports it.
"""
