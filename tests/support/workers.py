"""Which tests share a worker."""

from xdist.scheduler import LoadScopeScheduling

EDITIONS = ("tests/browser/test_pdf.py", "tests/site/test_editions.py")
"""They build in one folder, so they run one after the other."""
VISITS = ("test_a_page_has_no_fault", "test_a_page_is_quiet_light_and_still_on_a_narrow_window")
LONG = (
    "tests/contents/test_mutants.py::test_a_lesson_picked_by_the_commit",
    *EDITIONS,
    "tests/site/test_rebuild.py",
    "tests/site/test_book.py",
    "tests/unit/milestones_book/test_lessons",
    "tests/unit/test_lesson.py",
    "tests/unit/test_training.py",
    "tests/unit/test_resolver.py",
)
"""What takes half a minute or more comes first, so that no worker waits for it at the end."""
ANYWHERE = (*VISITS, "test_a_lesson_picked_by_the_commit")
"""Each page is a visit of its own, each lesson a kernel: they go to whichever worker is free."""


def group_of(nodeid: str) -> str:
    """Return the group of a test: all tests of a group run on one worker, one after the other."""
    file, _, test = nodeid.partition("::")
    if test.startswith(ANYWHERE):
        return nodeid
    return "editions" if file.endswith(EDITIONS) else file


def turn_of(nodeid: str) -> int:
    """Return when a test should start: long ones first, all others whenever."""
    starts = [place for place, name in enumerate(LONG) if name in nodeid]
    return min(starts, default=len(LONG))


class Groups(LoadScopeScheduling):
    """Gives a group to one worker, so that what its tests build is built once.

    The marks of ``--dist loadgroup`` have no effect with pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
