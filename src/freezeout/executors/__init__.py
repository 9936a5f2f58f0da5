"""Where runs happen when it is not here and now.

`reana`
    On REANA: a workflow made of an experiment or of any notebook, submitted, followed, brought home.
"""
