"""Which Rucio is talked to, as whom, and its REST interface.

`connection`, `known`
    A server and an account there, and all that are configured: in Freezeout's settings (`configured`), in a
    `rucio_cfg`, in `rucio_jupyterlab`, or `embedded`; `near` is what storage one has at hand.
`signing`
    A password, a certificate, or a token that somebody else renews.
`client`, `errors`
    The interface, without blocking, and what Rucio says in our words.
"""
