"""Experiments: a folder, its parameters, a run of its notebook, and the record of the run."""
