"""The exporter: devices over SNMP in, Prometheus text out, one asyncio HTTP application."""
