"""Move services from legacy virtual machines to Kubernetes, with Git as the only place where anything is decided."""

__version__ = "0.1.0"
