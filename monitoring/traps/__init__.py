"""Traps and informs: what devices say by themselves, told to Alertmanager at once."""
