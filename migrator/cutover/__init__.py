"""The third verb: plan waves, and move traffic phase by phase, each phase one commit.

Decisions are pure (`waves`, `phases`, `steps`, `gates`); `advance` is the one module with effects. What does not belong
here: making manifests, or talking to the cluster: an agent applies what is in Git.
"""
