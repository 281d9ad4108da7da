"""How we know that something serves: the one implementation behind `check`, the exporter and the drills."""
