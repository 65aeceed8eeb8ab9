"""What surrounds and carries a page: the mended theme, fonts, styles and the search."""
