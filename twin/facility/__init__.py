"""The facility of a building as the twin plays it: its physics, and the SNMP agents that show them."""
