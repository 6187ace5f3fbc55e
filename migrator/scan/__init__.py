"""The first verb: ask hosts what runs on them and write it down as profiles, with evidence.

What does not belong here: anything about Kubernetes, Git or traffic.
"""
