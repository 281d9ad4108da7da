"""How something is broken and mended. The twin has the same shape without knowing of this folder."""
