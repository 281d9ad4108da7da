"""From what a device answers to readings: class, text, value in a known unit, state, severity, limits."""
