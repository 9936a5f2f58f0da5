"""The embedded server: REANA's REST interface on 127.0.0.1, for one user and one machine.

`work`
    What the server, its engines and its steps hand to each other.
`store`
    Workflows and their steps, in SQLite.
`queue`
    Which workflow runs next, and how many at once.
`workspace`
    Files of a workflow, and no others; `sizes` knows how much they take.
`sessions`
    Jupyter on a workspace.
`vault`, `retention`, `difference`
    Secrets, files that are to go, and two workflows beside each other.
`routes`
    The REST interface, one module for each noun.
`engines`
    Serial, Snakemake, CWL and Yadage: they decide which step is next.
`steps`
    One command: its environment, its sandbox, its limits and its log.
"""
