"""All that can be asked of a REANA; drives the real ``reana-client``.

`client`
    The door: one class; it is an `asker` that knows all questions.
`workflow`
    What a server says of a workflow, its steps and its files.
`specification`
    ``reana.yaml`` read and checked.
`download`, `upload`, `inputs`, `paths`
    Files to and from workspaces.
`worker`, `life`
    The process in which ``reana-client`` lives; the `errors` it tells, its `log`.
"""
