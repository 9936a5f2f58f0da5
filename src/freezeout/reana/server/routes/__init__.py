"""The REST interface of REANA 0.9: one module for each noun.

`base`
    Who may ask, what is asked, and how errors are told.
`about`
    The server itself and its user.
`workflows`
    The list of workflows, and new ones.
`life`
    Start, restart, stop, delete.
`reading`
    Logs, parameters, specification, retention rules, differences.
`files`, `download`, `usage`
    The workspace.
`secrets`
    Passwords and keys of the user.
`opening`
    Jupyter on a workspace.
`sharing`
    What a server with one user says of it.
"""
