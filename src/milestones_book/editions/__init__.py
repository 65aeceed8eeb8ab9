"""The book in other forms: PDF, EPUB, an archive of the site, catalogues for translators."""
