"""The command line: one thin file per verb; what a verb does lives in the folder of its subject."""
