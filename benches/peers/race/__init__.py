"""The race of prompt optimisers over one simulated server. `optimizers.py` is the entry; see its text."""
