"""The Git side: where each file goes, and the only code that calls `git`."""
