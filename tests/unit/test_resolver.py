"""The promise: whatever the network, disk or archive does, a fetch ends in a checked file or in one
sentence that says what to do, and never in a bad file under its final name.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests  # noqa: F401  (loaded before a test gives up the right to read it)
from support.loopback import (
    Site,
    cut,
    good,
    refused_address,
    serve,
    status,
    tar_gz,
    tar_link,
    together,
    truncated,
    zipped,
)

import milestones.data.__main__ as command
from milestones.data import DataError, resolver
from milestones.data.catalog import Dataset, Download

BODY = bytes(range(256)) * 40
PARTS = {"box/inner/deep/two.txt": b"two", "box/inner/one.txt": b"one " * 500, "box/no": b"no"}
UNPACKED = ["sample", "sample/SHA256SUMS", "sample/deep", "sample/deep/two.txt", "sample/one.txt"]
NOBODY = 65534
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def plain(*urls: str, body: bytes = BODY) -> Dataset:
    """Describe a data set of one plain file."""
    download = Download("kept/sample.bin", sha256(body), len(body), urls)
    return described(("kept/sample.bin",), download)


def packed(archive: bytes, *urls: str, wheel: str = "") -> Dataset:
    """Describe a data set that is a folder inside an archive."""
    download = Download("sample", sha256(archive), len(archive), urls, wheel, "box/inner")
    return described(("sample/one.txt", "sample/deep/two.txt"), download)


def described(files: tuple[str, ...], *downloads: Download) -> Dataset:
    return Dataset("sample", "Sample", "Testing.", "none", "key", "home", files, downloads)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Dataset], None]:
    """Make a data set the only one in the catalog."""

    def put(dataset: Dataset) -> None:
        for module in (resolver, command):
            monkeypatch.setattr(module, "load_catalog", lambda: {"sample": dataset})

    return put


def contents(folder: Path) -> list[str]:
    """List everything below a folder, hidden names included."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def refusal(*hints: str) -> str:
    """Fetch, expect a failure, check that it is one helpful sentence, and return it."""
    with pytest.raises(DataError) as caught:
        resolver.fetch("sample")
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    assert ". " not in text
    assert ".)" not in text
    assert text.startswith("Sample could not be fetched (")
    assert "try again with 'python -m milestones.data fetch sample'" in text
    assert "or set MILESTONES_DATA to a folder that holds" in text
    for hint in hints:
        assert hint in text
    return text


def start_fetch(dataset: Dataset, cache: Path, before: str = "pass") -> subprocess.Popen[str]:
    """Fetch in another process, after running a statement there."""
    program = (
        "import os, pathlib, requests, shutil, sys\n"
        "from milestones.data import DataError, resolver\n"
        "from milestones.data.catalog import Dataset, Download\n"
        f"resolver.find_dataset = lambda name: {dataset!r}\n"
        f"resolver.cache_folder = lambda: pathlib.Path({str(cache)!r})\n"
        f"{before}\n"
        "try:\n"
        "    resolver.fetch('sample')\n"
        "except DataError as error:\n"
        "    sys.exit(f'DataError: {error}')\n"
    )
    return subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)


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
        listed(
            described(("sample.bin",), Download("sample.bin", download.hash, 1, (site.url("b"),)))
        )
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
        assert site.requests["a"] == resolver.ATTEMPTS
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


@pytest.mark.parametrize("address", [refused_address(), "http://nowhere.invalid/a"])
def test_no_network_is_said_in_one_sentence(
    listed: Callable[[Dataset], None], cache: Path, address: str
) -> None:
    listed(plain(address))
    refusal("(no connection to the server)")
    assert contents(cache) == ["kept"]


def test_silent_server_is_given_up(
    listed: Callable[[Dataset], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "TIMEOUT_SECONDS", (1, 0.2))
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


# --- Archives -------------------------------------------------------------------------------


@pytest.mark.parametrize("archive", [tar_gz(PARTS), zipped(PARTS)], ids=["tar.gz", "zip"])
def test_archive_is_unpacked_and_only_its_folder_is_kept(
    listed: Callable[[Dataset], None], cache: Path, archive: bytes
) -> None:
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample")
        resolver.fetch("sample")
        assert site.requests["a"] == 1
    assert contents(cache) == UNPACKED
    assert (cache / "sample/one.txt").read_bytes() == PARTS["box/inner/one.txt"]
    assert (cache / "sample/deep/two.txt").read_bytes() == b"two"


def hostile_archives() -> dict[str, bytes]:
    """Return archives that try to reach out of their folder."""
    outside = {
        "up": "../../evil",
        "hidden up": "box/inner/../../../evil",
        "absolute": "/evil",
        "backslash": "box\\inner\\..\\evil",
        "drive": "C:/evil",
    }
    hostile = {}
    for label, name in outside.items():
        hostile[f"tar {label}"] = tar_gz({**PARTS, name: b"evil"})
        hostile[f"zip {label}"] = zipped({**PARTS, name: b"evil"})
    links = {"symbolic": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "device": tarfile.CHRTYPE}
    for label, kind in links.items():
        hostile[f"tar {label}"] = tar_gz(PARTS, tar_link("box/inner/evil", "box/no", kind))
    hostile["zip symbolic"] = zipped(PARTS, {"box/inner/evil": "/etc/passwd"})
    return hostile


@pytest.mark.parametrize("archive", hostile_archives().values(), ids=hostile_archives().keys())
def test_hostile_archive_is_refused_whole(
    listed: Callable[[Dataset], None], cache: Path, tmp_path: Path, archive: bytes
) -> None:
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        refusal("was refused", "evil")
    assert contents(tmp_path) == ["cache"]


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (tar_gz({"other/one.txt": b"1"}), "has no folder box/inner"),
        (zipped({"other/one.txt": b"1"}), "has no folder box/inner"),
        (tar_gz(PARTS)[:-60], "is damaged"),
        (zipped(PARTS).replace(b"PK\x03\x04", b"PK\x03\x05"), "is damaged"),
        (zipped({"box/inner/one.txt": bytes(5000)})[:45] + b"\xff" * 5, "is damaged"),
        (b"no archive at all", "is damaged"),
    ],
)
def test_unusable_archive_is_said_in_one_sentence(
    listed: Callable[[Dataset], None], cache: Path, archive: bytes, reason: str
) -> None:
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        refusal(reason)
    assert contents(cache) == []


def test_garbled_member_of_a_zip_is_damage(listed: Callable[[Dataset], None], cache: Path) -> None:
    archive = bytearray(zipped({"box/inner/one.txt": bytes(range(256)) * 4}))
    start = archive.index(b"one.txt") + len(b"one.txt")
    archive[start : start + 8] = b"\xff" * 8
    with serve(a=[good(bytes(archive))]) as site:
        listed(packed(bytes(archive), site.url("a")))
        refusal("is damaged")
    assert contents(cache) == []


def test_archive_with_the_wrong_hash_is_not_unpacked(
    listed: Callable[[Dataset], None], cache: Path
) -> None:
    with serve(a=[good(tar_gz(PARTS) + b"\0")]) as site:
        listed(packed(tar_gz({}), site.url("a")))
        refusal("wrong hash")
    assert contents(cache) == []


@pytest.mark.parametrize("harm", ["missing", "changed", "empty folder"])
def test_damaged_folder_in_the_cache_is_reported_and_repaired(
    listed: Callable[[Dataset], None], cache: Path, harm: str
) -> None:
    archive = tar_gz(PARTS)
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample")
        for name in UNPACKED[1:2] + UNPACKED[3:] if harm == "empty folder" else UNPACKED[-1:]:
            (cache / name).unlink() if harm != "changed" else (cache / name).write_bytes(b"x")
        assert command.main(["verify"]) == (harm == "changed")
        resolver.resolve("sample") if harm != "changed" else resolver.fetch("sample")
        assert command.main(["verify"]) == 0
    assert contents(cache) == UNPACKED
    assert (cache / "sample/one.txt").read_bytes() == PARTS["box/inner/one.txt"]


# --- Two processes, and a kill --------------------------------------------------------------

BODIES = {"file": BODY, "folder": tar_gz(PARTS)}


def sample(kind: str, site: Site) -> Dataset:
    make = plain if kind == "file" else lambda url: packed(BODIES[kind], url)
    return make(site.url("a"))


def finished(kind: str) -> list[str]:
    return ["kept", "kept/sample.bin"] if kind == "file" else UNPACKED


@pytest.mark.parametrize("kind", BODIES)
def test_two_processes_at_once_both_succeed(
    listed: Callable[[Dataset], None], cache: Path, kind: str
) -> None:
    with serve(a=[together(BODIES[kind], clients=2)]) as site:
        listed(sample(kind, site))
        processes = [start_fetch(sample(kind, site), cache) for _ in range(2)]
        outcomes = [
            (process.communicate(timeout=60)[1], process.returncode) for process in processes
        ]
        assert outcomes == [("", 0)] * 2
        assert site.requests["a"] == 2
    assert contents(cache) == finished(kind)
    assert command.main(["verify"]) == 0


@pytest.mark.parametrize(
    ("kind", "rename"), [("file", 1), ("file", 2), ("folder", 1), ("folder", 2), ("folder", 3)]
)
def test_kill_before_a_rename_leaves_no_bad_file_and_the_next_fetch_succeeds(
    listed: Callable[[Dataset], None], cache: Path, kind: str, rename: int
) -> None:
    die = (
        "left = iter(range(RENAME - 1)); rename, replace = os.rename, os.replace\n"
        "def until_killed(act):\n"
        "    return lambda *a, **k: os._exit(9) if next(left, None) is None else act(*a, **k)\n"
        "os.rename, os.replace = until_killed(rename), until_killed(replace)"
    )
    with serve(a=[good(BODIES[kind])]) as site:
        listed(sample(kind, site))
        killed = start_fetch(sample(kind, site), cache, die.replace("RENAME", str(rename)))
        killed.communicate(timeout=30)
        assert killed.returncode == 9
        assert site.requests["a"] == 1
        assert resolver.locate("sample") is None
        left = list(cache.rglob(".incomplete-*"))
        assert len(left) == 1
        assert all(left[0] in path.parents for path in cache.rglob("*") if path.is_file())
        resolver.fetch("sample")
        assert command.main(["verify"]) == 0


def test_loser_of_a_race_leaves_the_folder_of_the_winner_alone(
    listed: Callable[[Dataset], None], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tar_gz(PARTS)
    write_manifest = resolver._write_manifest

    def win_first(unpacked: Path) -> None:
        write_manifest(unpacked)
        shutil.copytree(unpacked, cache / "sample")
        winner.append((cache / "sample").stat().st_ino)

    winner: list[int] = []
    monkeypatch.setattr(resolver, "_write_manifest", win_first)
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample")
    assert winner == [(cache / "sample").stat().st_ino]
    assert contents(cache) == UNPACKED


@pytest.mark.parametrize("won", [True, False])
def test_rename_may_fail_only_because_another_process_was_first(
    listed: Callable[[Dataset], None], cache: Path, monkeypatch: pytest.MonkeyPatch, won: bool
) -> None:
    def fail(self: Path, target: Path) -> None:
        if self.name != "unpacked":
            raise FileNotFoundError
        if won:
            target.mkdir()
        raise PermissionError(13, "Permission denied")

    archive = tar_gz(PARTS)
    monkeypatch.setattr(Path, "rename", fail)
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample") if won else refusal("(permission denied)")
    assert contents(cache) == (["sample"] if won else [])


@pytest.mark.parametrize(("hours", "kept"), [(23, True), (25, False)])
def test_leftovers_of_a_kill_are_swept_after_a_day(
    listed: Callable[[Dataset], None], cache: Path, hours: int, kept: bool
) -> None:
    left = cache / "kept" / ".incomplete-dead"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    os.utime(left, (time.time() - hours * 3600,) * 2)
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        resolver.fetch("sample")
    assert left.exists() == kept
    assert (cache / "kept/sample.bin").read_bytes() == BODY


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


# --- Through the package client -------------------------------------------------------------


def tiny_wheel() -> bytes:
    """Return a wheel that pip accepts, with data inside."""
    about = "tiny_sample-1.0.dist-info"
    head = b"Metadata-Version: 2.1\nName: tiny-sample\nVersion: 1.0\n"
    wheel = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    lists = {f"{about}/METADATA": head, f"{about}/WHEEL": wheel, f"{about}/RECORD": b""}
    return zipped({**PARTS, **lists})


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder in which pip looks for packages."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_wheel_arrives_through_pip(
    listed: Callable[[Dataset], None], cache: Path, shelf: Path
) -> None:
    (shelf / "tiny_sample-1.0-py3-none-any.whl").write_bytes(tiny_wheel())
    listed(packed(tiny_wheel(), wheel="tiny-sample==1.0"))
    resolver.fetch("sample")
    assert contents(cache) == UNPACKED


def test_wheel_with_the_wrong_hash_is_refused(
    listed: Callable[[Dataset], None], cache: Path, shelf: Path
) -> None:
    (shelf / "tiny_sample-1.0-py3-none-any.whl").write_bytes(tiny_wheel())
    listed(packed(b"another", wheel="tiny-sample==1.0"))
    refusal("the hash of tiny_sample-1.0-py3-none-any.whl is wrong")
    assert contents(cache) == []


def test_missing_wheel_is_said_in_the_words_of_pip(
    listed: Callable[[Dataset], None], cache: Path, shelf: Path
) -> None:
    listed(packed(b"", wheel="tiny-sample==1.0"))
    refusal("pip could not download tiny-sample==1.0: ERROR: No matching distribution found")
    assert contents(cache) == []
