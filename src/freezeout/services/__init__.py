"""Processes that run for the user: started, watched, started again, and ended with who asked for them.

`process`, `listener`, `folders`
    One child, a socket that outlives it, and what only the user can read.
`service`, `supervisor`, `status`
    Processes that are kept alive, the one that does so, and what it says of them.
`supervised`, `watch`
    Their start, state and stop, for those who need them.
`lake`, `reana`
    What is supervised: the embedded data lake and the embedded REANA server.
`jupyter`, `gateway`
    JupyterLab, and the one ``freezeout up`` that holds all of it together.
`overview`, `doctor`
    How all of it is, and what is wrong with it.
"""
