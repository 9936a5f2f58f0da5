"""The routes of the data lake under ``/freezeout/api/lake``.

`api`
    What they share: the lakes of this server, and how a request names one.
`connections`, `browse`, `rules`, `edit`, `transfers`, `paths`, `service`
    The routes.
`clients`, `states`, `own`, `index`
    The client of each lake, how each stands, the one of this machine, and long listings in pages.
`rucio`
    rucio-jupyterlab beside us, configured for the same lakes.
"""
