"""Walkthroughs as plain data: what a story is made of, how it is played, and what a class marked."""
