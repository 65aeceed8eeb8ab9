"""Keeping the lessons true: running them, and the rules that a stored lesson obeys."""
