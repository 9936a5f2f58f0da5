"""What the routes of the lake and those of REANA share, which knows neither: servers that are connected.

`clients`
    One client for each, kept and renewed.
`states`
    How each stands.
`own`
    The one of this machine, started and stopped.
`closing`
    The end of all that, when this server stops.
"""
