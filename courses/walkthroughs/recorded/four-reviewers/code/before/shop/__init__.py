"""The shop of the student union."""
