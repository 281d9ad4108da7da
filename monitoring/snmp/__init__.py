"""Asking devices over SNMP (v2c, v3 authPriv) with gufo-snmp: sessions, walks, and which subtrees a device needs."""
