"""From files to typed elements: bytes → text → nodes with positions → declarations → models."""
