"""The directives of the pages: cards, quizzes, and tables that are made from data."""
