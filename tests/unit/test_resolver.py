"""The promise: whatever the network or the disk does, a fetch ends in a checked file or in one
sentence that says what to do, and never in a bad file under its final name.
"""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pooch
import pytest
import requests  # noqa: F401  (loaded before a test gives up the right to read it)
from support.loopback import (
    cut,
    encoded,
    good,
    oddly_long,
    refused_address,
    repeated,
    self_signed,
    serve,
    status,
    truncated,
)
from support.samples import BODY, contents, described, plain, refusal, start_fetch

import milestones.data.__main__ as command
from milestones.data import DataError, downloads, resolver
from milestones.data.catalog import Dataset, Download
from milestones.data.resolver import cache_folder as real_cache_folder

NOBODY = 65534
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


@contextlib.contextmanager
def read_only_folder() -> Iterator[Path]:
    """Yield a folder that this process can read but not write, as an ordinary user."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o755)
        folder.rmdir()


# --- A plain file ---------------------------------------------------------------------------


def test_good_download_leaves_the_right_file_and_nothing_temporary(
    listed: Callable[[Dataset], None], cache: Path
) -> None:
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        assert resolver.fetch("sample") == cache
    assert (cache / "kept/sample.bin").read_bytes() == BODY
    assert contents(cache) == ["kept", "kept/sample.bin"]


def test_second_fetch_keeps_what_is_there_and_asks_no_server(
    listed: Callable[[Dataset], None], cache: Path
) -> None:
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        assert resolver.fetch("sample") == resolver.fetch("sample") == resolver.resolve("sample")
        assert site.requests["a"] == 1


def test_resolve_fetches_what_is_missing(listed: Callable[[Dataset], None], cache: Path) -> None:
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        assert resolver.locate("sample") is None
        assert resolver.resolve("sample") == cache
        assert resolver.locate("sample") == cache


def test_md5_hash_is_checked_too(listed: Callable[[Dataset], None], cache: Path) -> None:
    digest = hashlib.md5(BODY).hexdigest()
    with serve(a=[good(BODY)], b=[good(BODY + b"!")]) as site:
        download = Download("sample.bin", f"md5:{digest}", len(BODY), (site.url("a"),))
        listed(described(("sample.bin",), download))
        assert (resolver.fetch("sample") / "sample.bin").read_bytes() == BODY
        resolver.fetch("sample")
        assert site.requests["a"] == 1
        (cache / "sample.bin").unlink()
        other = Download("sample.bin", download.hash, len(BODY) + 1, (site.url("b"),))
        listed(described(("sample.bin",), other))
        refusal("wrong hash")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (good(BODY[:-1] + b"?"), "the file that arrived has the wrong hash"),
        (good(b""), "the file that arrived has the wrong hash"),
        (truncated(BODY), "the connection was cut"),
        (truncated(BODY[:3000]), "the connection was cut"),
        (cut(BODY), "the connection was cut"),
        (status(404), "the server answered 404"),
        (status(500), "the server answered 500"),
    ],
)
def test_bad_answer_ends_in_a_sentence_and_leaves_nothing(
    listed: Callable[[Dataset], None], cache: Path, answer: Callable, reason: str
) -> None:
    with serve(a=[answer]) as site:
        listed(plain(site.url("a")))
        refusal(f"({reason})")
        assert site.requests["a"] == downloads.ATTEMPTS
    assert contents(cache) == ["kept"]


def test_cut_connection_is_started_again(listed: Callable[[Dataset], None], cache: Path) -> None:
    with serve(a=[cut(BODY), good(BODY)]) as site:
        listed(plain(site.url("a")))
        resolver.fetch("sample")
        assert site.requests["a"] == 2
    assert contents(cache) == ["kept", "kept/sample.bin"]


@pytest.mark.parametrize("first", [status(500), status(404), truncated(BODY), good(b"bad"), None])
def test_second_mirror_serves_when_the_first_fails(
    listed: Callable[[Dataset], None], cache: Path, first: Callable | None
) -> None:
    with serve(a=[first or good(b"")], b=[good(BODY)]) as site:
        listed(plain(site.url("a") if first else refused_address(), site.url("b")))
        resolver.fetch("sample")
        assert site.requests["b"] == 1
    assert (cache / "kept/sample.bin").read_bytes() == BODY


def test_reasons_of_all_mirrors_are_given_once(listed: Callable[[Dataset], None]) -> None:
    with serve(a=[status(404)], b=[good(b"bad")]) as site:
        listed(plain(site.url("a"), site.url("b")))
        refusal("(the server answered 404; the file that arrived has the wrong hash)")


def test_no_more_is_downloaded_than_the_catalog_says(
    listed: Callable[[Dataset], None], cache: Path
) -> None:
    with serve(a=[repeated(BODY, times=100)], b=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        refusal("(more than the expected 10,240 bytes arrived)")
        listed(plain(site.url("a"), site.url("b")))
        resolver.fetch("sample")
    assert contents(cache) == ["kept", "kept/sample.bin"]


@posix_only
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_file_in_the_cache_has_the_permissions_that_the_user_gives_to_new_files(
    listed: Callable[[Dataset], None], cache: Path, umask: int, mode: int
) -> None:
    usual = os.umask(umask)
    try:
        with serve(a=[good(BODY)]) as site:
            listed(plain(site.url("a")))
            resolver.fetch("sample")
    finally:
        os.umask(usual)
    assert stat.S_IMODE((cache / "kept/sample.bin").stat().st_mode) == mode


@pytest.mark.parametrize("address", ["nonsense", "http://", "http://a b/c", "ftp://a.org/b"])
def test_bad_address_is_blamed_and_not_the_file(
    listed: Callable[[Dataset], None], address: str
) -> None:
    listed(plain(address))
    refusal("(the address cannot be used)")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_self_signed_certificate_is_blamed_and_not_the_connection(
    listed: Callable[[Dataset], None], tmp_path: Path
) -> None:
    with serve(certificate=self_signed(tmp_path), a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        refusal("(the certificate of the server is not trusted)")


def test_server_that_cannot_encrypt_is_said_so(listed: Callable[[Dataset], None]) -> None:
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a").replace("http:", "https:")))
        refusal("(no secure connection to the server)")


def test_garbled_answer_is_said_so(listed: Callable[[Dataset], None]) -> None:
    with serve(a=[encoded(BODY)], b=[oddly_long(BODY)]) as site:
        listed(plain(site.url("a")))
        refusal("(the answer is garbled)")
        listed(plain(site.url("b")))
        refusal("(the answer is garbled)")


@pytest.mark.parametrize(
    "address", [refused_address(), "http://nowhere.invalid/a"], ids=["refused", "unknown host"]
)
def test_no_network_is_said_in_one_sentence(
    listed: Callable[[Dataset], None], cache: Path, address: str
) -> None:
    listed(plain(address))
    refusal("(no connection to the server)")
    assert contents(cache) == ["kept"]


def test_silent_server_is_given_up(
    listed: Callable[[Dataset], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "TIMEOUT_SECONDS", (1, 0.2))
    with serve(a=[lambda handler: time.sleep(0.6)]) as site:
        listed(plain(site.url("a")))
        refusal("(the server did not answer in time)")


@posix_only
@pytest.mark.parametrize("below", ["", "new"])
def test_read_only_cache_is_said_at_once(
    listed: Callable[[Dataset], None], monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    with serve(a=[good(BODY)]) as site, read_only_folder() as folder:
        monkeypatch.setattr(resolver, "cache_folder", lambda: folder / below)
        listed(plain(site.url("a")))
        refusal("(permission denied)")
        assert contents(folder) == []


@posix_only
def test_unreadable_folder_of_the_user_is_skipped(
    listed: Callable[[Dataset], None], own_folder: Path
) -> None:
    listed(plain(refused_address()))
    own_folder.chmod(0o000)
    with read_only_folder():
        assert resolver.locate("sample") is None
    own_folder.chmod(0o755)


@posix_only
def test_full_disk_is_said_at_once(tmp_path: Path) -> None:
    limit = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    )
    with serve(a=[good(BODY)]) as site:
        process = start_fetch(plain(site.url("a")), tmp_path / "disk", limit)
        _, text = process.communicate(timeout=30)
        assert site.requests["a"] == 1
    assert process.returncode == 1
    assert text.startswith("DataError: Sample could not be fetched (file too large); try again")
    assert text.count("\n") == 1
    assert contents(tmp_path / "disk") == ["kept"]


def test_damaged_file_in_the_cache_is_located_reported_and_repaired(
    listed: Callable[[Dataset], None], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        resolver.fetch("sample")
        (cache / "kept/sample.bin").write_bytes(BODY[:100])
        assert resolver.locate("sample") == cache
        assert command.main(["verify"]) == 1
        assert capsys.readouterr().out.startswith("damaged  sample: the hash of ")
        assert command.main(["fetch", "sample"]) == 0
        assert command.main(["verify"]) == 0
    assert (cache / "kept/sample.bin").read_bytes() == BODY


def test_failed_repair_leaves_what_was_there(
    listed: Callable[[Dataset], None], cache: Path
) -> None:
    (cache / "kept").mkdir(parents=True)
    (cache / "kept/sample.bin").write_bytes(b"old edition")
    listed(plain(refused_address()))
    refusal()
    assert (cache / "kept/sample.bin").read_bytes() == b"old edition"


# --- The user's own folder, and names -------------------------------------------------------


def test_own_folder_wins_over_the_cache(
    listed: Callable[[Dataset], None], cache: Path, own_folder: Path
) -> None:
    listed(plain(refused_address()))
    for folder in (cache, own_folder):
        assert resolver.locate("sample") is None or folder == own_folder
        (folder / "kept").mkdir(parents=True)
        (folder / "kept/sample.bin").write_bytes(b"any")
        assert resolver.resolve("sample") == folder


def test_own_folder_that_lacks_a_file_falls_back_to_the_cache(
    listed: Callable[[Dataset], None], cache: Path, own_folder: Path
) -> None:
    listed(described(("one", "two")))
    (own_folder / "one").touch()
    assert resolver.locate("sample") is None
    cache.mkdir()
    for name in ("one", "two"):
        (cache / name).touch()
    assert resolver.locate("sample") == cache


@pytest.mark.parametrize("kind", ["missing", "empty", "file", "no name"])
def test_own_folder_without_files_is_said_once_and_ignored(
    listed: Callable[[Dataset], None],
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    place = tmp_path / kind
    if kind == "empty":
        place.mkdir()
    if kind == "file":
        place.touch()
    name = "" if kind == "no name" else str(place)
    monkeypatch.setenv(resolver.FOLDER_VARIABLE, name)
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        assert resolver.resolve("sample") == resolver.locate("sample") == cache
    said = f"MILESTONES_DATA is {name!r}, where no files can be found, so it is ignored.\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize("home", ["none", "relative"])
def test_user_without_a_home_is_told_so(
    listed: Callable[[Dataset], None],
    monkeypatch: pytest.MonkeyPatch,
    own_folder: Path,
    capsys: pytest.CaptureFixture[str],
    home: str,
) -> None:
    def os_cache(project: str) -> str:
        if home == "none":
            raise RuntimeError("could not determine the home directory")
        return f"~/.cache/{project}"

    monkeypatch.setattr(pooch, "os_cache", os_cache)
    for module in (resolver, command):
        monkeypatch.setattr(module, "cache_folder", real_cache_folder)
    listed(plain(refused_address()))
    refusal("(There is no home folder for the cache; set XDG_CACHE_HOME to a folder)")
    assert command.main(["where"]) == 1
    assert capsys.readouterr().err.endswith(
        "There is no home folder for the cache; set XDG_CACHE_HOME to a folder.\n"
    )
    (own_folder / "kept").mkdir()
    (own_folder / "kept/sample.bin").write_bytes(BODY)
    assert resolver.resolve("sample") == own_folder
    assert command.main(["verify"]) == 0


@pytest.mark.parametrize("note", ["", "Rename it first."])
def test_data_placed_by_hand_says_where_from_and_where_to(
    listed: Callable[[Dataset], None], note: str
) -> None:
    about = ("sample", "Sample", "Testing.", "none", "key", "https://example.org/")
    listed(Dataset(*about, files=("kept/sample.bin",), note=note))
    with pytest.raises(DataError) as caught:
        resolver.resolve("sample")
    assert str(caught.value) == (
        "Sample must be placed by hand: get it from https://example.org/ and set MILESTONES_DATA "
        f"to the folder that holds kept/sample.bin. {note}".strip()
    )


@pytest.mark.parametrize("ask", [resolver.fetch, resolver.locate, resolver.resolve])
def test_unknown_name_lists_the_names_that_exist(ask: Callable[[str], object]) -> None:
    with pytest.raises(
        DataError, match=r"^There is no data set 'cifar'; choose from cifar-10, .*\.$"
    ):
        ask("cifar")


def test_notebook_shows_the_sentence_in_place_of_a_traceback() -> None:
    assert DataError("No data.")._render_traceback_() == ["Skipped: No data."]
