"""Wrong versions of the lessons: each claim must refuse its own, or it proves nothing."""
