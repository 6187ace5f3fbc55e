"""All three verbs in one go, without an inventory, root or a cluster: this machine and a recorded estate.

The recordings in `estate/` are real hosts' answers, recorded by our own scan and read by the same code as live ones.
"""
