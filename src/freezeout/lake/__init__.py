"""The data lake: data identifiers, search, replicas, rules, upload and download; Rucio underneath.

`did`
    Data identifiers.
`connection`
    Which Rucio is talked to, and as whom.
`client`
    Its REST interface, without blocking.
"""
