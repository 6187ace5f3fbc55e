"""Inventories to hosts: our own YAML, Ansible's in every kind, lists on the command line, and this machine.

Each complaint names file and line. No inventory can hold a secret: passwords are refused, never printed.
"""

from migrator.inventory.load import load_inventory

__all__ = ["load_inventory"]
