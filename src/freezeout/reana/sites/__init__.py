"""Which REANA is talked to, and with which token.

`connection`
    One server: the embedded one, the configured one, or one that is `kept` by the user.
`checking`
    What is given of a server, looked at before it is used.
`place`
    The folder of the embedded one.
"""
