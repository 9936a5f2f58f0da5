"""What runs in the interpreter of the environment ``reana``, beside REANA's own client.

Nothing of this is imported where Freezeout itself runs, and nothing here imports Freezeout: that
interpreter need not have it. `start` is what it is given to run.
"""
