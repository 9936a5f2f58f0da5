"""Bytes into the lake and out of it, verified.

`get`, `replicas`, `lakefile`, `destination`, `cache`
    Out of it: from the replica that is best, once for all processes.
`manifest`
    What was fetched beforehand, for those who cannot ask the lake.
`put`, `plan`, `journal`, `registration`
    Into it: what becomes what, how far it is, and telling Rucio.
`storage`, `copying`, `remote_storage`, `rucio_client`
    Where the bytes lie: in this file system, or elsewhere by Rucio's own client.
`session`
    A lake for code that waits for its answers.
"""
