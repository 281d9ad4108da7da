"""One file per verb. Each has `register(app)`, and imports what is heavy inside the verb's function."""
