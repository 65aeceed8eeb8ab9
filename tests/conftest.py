"""What holds for every test: where kept pictures go, and which tests share a worker."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
EDITIONS = ("tests/browser/test_pdf.py", "tests/site/test_editions.py")
"""They build in one folder, so they run one after the other."""
ANYWHERE = ("test_a_page_has_no_fault", "test_a_page_is_quiet_light_and_still_on_a_narrow_window")
"""Each page is a visit of its own: these tests fill whichever worker is free."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep screenshots and traces of failures in one place, wherever the tests are started."""
    config.option.output = str(ROOT / "_build" / "failures")


class TogetherWhatSharesAFile(LoadScopeScheduling):
    """Gives the tests of one file to one worker, so that what they build is built once.

    The marks of ``--dist loadgroup`` have no effect with pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if test.startswith(ANYWHERE):
            return nodeid
        return "editions" if file.endswith(EDITIONS) else file


def pytest_xdist_make_scheduler(
    config: pytest.Config, log: object
) -> TogetherWhatSharesAFile | None:
    """Use the scheduler above wherever there are several workers."""
    return TogetherWhatSharesAFile(config, log)
