"""The words that the verbs share: frozen values and pure functions on them.

Nothing here reads a file, a clock or the network, and nothing here knows Kubernetes, SSH or Git.
Only the standard library may be imported.
"""
