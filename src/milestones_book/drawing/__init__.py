"""Formulas, diagrams and figures, drawn while the book is built."""
