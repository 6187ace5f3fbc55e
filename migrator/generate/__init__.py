"""The second verb: reviewed profiles to the files of a Git repository, in one change set.

Pure but for reading templates. What does not belong here: asking hosts, moving traffic, calling Git.
"""
