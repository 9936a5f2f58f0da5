"""What the lake knows: scopes, data identifiers, metadata, replicas, rules; and searches in it.

`browse`, `details`
    What there is, and all about one of it.
`search`
    Its grammar is `query`; Rucio narrows it down (`narrowing`), the rest is looked at here (`matching`).
`metadata`, `rules`, `edit`, `removal`
    What is changed.
"""
