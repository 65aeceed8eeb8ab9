"""The promise: an archive or a wheel is unpacked into the files that were asked for, or refused as
a whole in one sentence; what lies in the cache is noticed when it is damaged, and repaired.
"""

import os
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.loopback import good, serve, tar_bz2, tar_gz, tar_link, zipped
from support.samples import PARTS, UNPACKED, contents, packed, packed_file, refusal, sha256

import milestones.data.__main__ as command
from milestones.data import resolver
from milestones.data.archives import unpack
from milestones.data.catalog import Dataset

both_kinds = pytest.mark.parametrize("pack", [tar_gz, zipped])


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


@both_kinds
def test_one_file_of_an_archive_is_kept_alone_and_repaired(
    listed: Callable[[Dataset], None], cache: Path, pack: Callable[[dict], bytes]
) -> None:
    archive, content = pack(PARTS), PARTS["box/inner/one.txt"]
    with serve(a=[good(archive)]) as site:
        listed(packed_file(archive, site.url("a"), content))
        for _ in range(2):
            resolver.fetch("sample")
            assert contents(cache) == ["kept", "kept/one.txt"]
            assert (cache / "kept/one.txt").read_bytes() == content
        assert site.requests["a"] == 1
        (cache / "kept/one.txt").write_bytes(content[:-1])
        assert command.main(["verify"]) == 1
        resolver.fetch("sample")
        assert command.main(["verify"]) == 0
        assert site.requests["a"] == 2


@both_kinds
def test_nothing_but_what_was_asked_for_is_ever_written(
    tmp_path: Path, pack: Callable[[dict], bytes]
) -> None:
    (tmp_path / "archive").write_bytes(pack(PARTS))
    place = unpack(tmp_path / "archive", "box/inner/deep", tmp_path / "new")
    assert place == tmp_path / "new/box/inner/deep"
    assert contents(tmp_path / "new") == [
        "box", "box/inner", "box/inner/deep", "box/inner/deep/two.txt",
    ]  # fmt: skip


@both_kinds
def test_file_inside_an_archive_must_have_the_hash_of_the_catalog(
    listed: Callable[[Dataset], None], cache: Path, pack: Callable[[dict], bytes]
) -> None:
    archive = pack(PARTS)
    with serve(a=[good(archive)]) as site:
        listed(packed_file(archive, site.url("a"), b"another"))
        refusal("(what one.txt.download holds has the wrong hash)")
        listed(packed(archive, site.url("a"), contents={"sample/one.txt": sha256(b"another")}))
        refusal("(what sample.download holds has the wrong hash)")
        listed(packed(archive, site.url("a"), contents={"sample/deep/two.txt": sha256(b"two")}))
        resolver.fetch("sample")
    assert contents(cache) == ["kept", *UNPACKED]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
@both_kinds
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_unpacked_file_has_the_permissions_that_the_user_gives_to_new_files(
    listed: Callable[[Dataset], None],
    cache: Path,
    pack: Callable[[dict], bytes],
    umask: int,
    mode: int,
) -> None:
    archive, usual = pack(PARTS), os.umask(umask)
    try:
        with serve(a=[good(archive)]) as site:
            listed(packed(archive, site.url("a")))
            resolver.fetch("sample")
    finally:
        os.umask(usual)
    for name in UNPACKED:
        wanted = mode | 0o111 & ~umask if (cache / name).is_dir() else mode
        assert stat.S_IMODE((cache / name).stat().st_mode) == wanted


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
    for label, name in {
        "line break": "box/inner/\nevil",
        "no text": "box/inner/\udcffevil",
    }.items():
        hostile[f"tar {label}"] = tar_gz({**PARTS, name: b"evil"})
    negative = tarfile.TarInfo("box/inner/evil")
    negative.size = -512
    hostile["tar negative size"] = tar_gz(PARTS, negative)
    hostile["tar bomb"] = tar_gz({**PARTS, "evil": bytes(2_000_000)})
    hostile["zip bomb"] = zipped({**PARTS, "evil": bytes(2_000_000)})
    hostile["zip line break"] = zipped({**PARTS, "box/inner/\nevil": b"evil"})
    hostile["zip encrypted"] = encrypted(zipped({"box/inner/evil": b"evil"}))
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        hostile[f"zip method {method}"] = zipped({"box/inner/evil": b"evil"}, method=method)
    hostile["zip symbolic"] = zipped(PARTS, {"box/inner/evil": "/etc/passwd"})
    return hostile


SEVERAL_BLOCKS = {**PARTS, "box/inner/big": random.Random(0).randbytes(1_000_000)}


def encrypted(archive: bytes) -> bytes:
    """Set the mark of encryption in both headers of a zip that holds one file."""
    content = bytearray(archive)
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


def from_the_future(archive: bytes) -> bytes:
    """Let a zip ask for a version of the format that does not exist yet."""
    content = bytearray(archive)
    content[content.index(b"PK\1\2") + 6] = 99
    return bytes(content)


def leading_nowhere(archive: bytes) -> bytes:
    """Let the directory of a zip lead to places before its start."""
    start = int.from_bytes(archive[-6:-2], "little")
    return archive[:-6] + (start + 100_000).to_bytes(4, "little") + archive[-2:]


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
        (tar_gz({"other/one.txt": b"1"}), "does not hold box/inner"),
        (zipped({"other/one.txt": b"1"}), "does not hold box/inner"),
        (tar_gz(PARTS)[:-60], "is damaged"),
        (zipped(PARTS).replace(b"PK\x03\x04", b"PK\x03\x05"), "is damaged"),
        (zipped({"box/inner/one.txt": bytes(5000)})[:45] + b"\xff" * 5, "is damaged"),
        (b"no archive at all", "is damaged"),
        (from_the_future(zipped(PARTS)), "was refused: Python cannot unpack it"),
        (zipped({"box/é": b""}).replace("é".encode(), b"\xff\xfe"), "one of its names is not text"),
        (leading_nowhere(zipped(PARTS)), "is damaged"),
        (tar_bz2(SEVERAL_BLOCKS)[:-1000] + bytes(1000), "is damaged"),
    ],
    ids=[
        "tar without the folder",
        "zip without the folder",
        "tar cut short",
        "zip without its start",
        "zip cut short",
        "no archive",
        "from the future",
        "name that is no text",
        "entry before the start",
        "tar with zeros at its end",
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
        listed(packed(tar_gz(PARTS) + b"\1", site.url("a")))
        refusal("wrong hash")
    assert contents(cache) == []


def shorten(manifest: Path) -> None:
    manifest.write_text(manifest.read_text().split("\n", 1)[1])


def shorten_with_its_file(manifest: Path) -> None:
    manifest.with_name("one.txt").unlink()
    shorten(manifest)
    lines = manifest.read_text().split("\n")
    manifest.write_text("\n".join(line for line in lines if "one.txt" not in line))


def replace_by_folder(manifest: Path) -> None:
    manifest.unlink()
    manifest.mkdir()


MANIFEST_HARM = {
    "gone": Path.unlink,
    "empty": lambda manifest: manifest.write_bytes(b""),
    "shortened": shorten,
    "shortened with its file": shorten_with_its_file,
    "cut in the middle": lambda manifest: manifest.write_bytes(manifest.read_bytes()[:-70]),
    "no text": lambda manifest: manifest.write_bytes(b"\xff\xfe\0"),
    "other digest": lambda manifest: manifest.write_text("0" + manifest.read_text()[1:]),
    "other name": lambda manifest: manifest.write_text(manifest.read_text().replace("two", "owt")),
    "folder": replace_by_folder,
}


@pytest.mark.parametrize("harm", MANIFEST_HARM.values(), ids=MANIFEST_HARM)
def test_damaged_manifest_is_reported_and_repaired(
    listed: Callable[[Dataset], None], cache: Path, harm: Callable[[Path], None]
) -> None:
    archive = tar_gz(PARTS)
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample")
        harm(cache / "sample/SHA256SUMS")
        if resolver.locate("sample"):
            assert command.main(["verify"]) == 1
        resolver.fetch("sample")
        assert site.requests["a"] == 2
        assert command.main(["verify"]) == 0
    assert contents(cache) == UNPACKED
    assert (cache / "sample/one.txt").read_bytes() == PARTS["box/inner/one.txt"]


def test_file_that_a_file_manager_added_is_no_damage(
    listed: Callable[[Dataset], None], cache: Path
) -> None:
    archive = tar_gz(PARTS)
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample")
    (cache / "sample/.DS_Store").touch()
    assert command.main(["verify"]) == 0


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


# --- Through the package client -------------------------------------------------------------


HEAD = b"Metadata-Version: 2.1\nName: tiny-sample\nVersion: 1.0\n"


def tiny_wheel() -> bytes:
    """Return a wheel that pip accepts, with data inside."""
    about = "tiny_sample-1.0.dist-info"
    wheel = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    lists = {f"{about}/METADATA": HEAD, f"{about}/WHEEL": wheel, f"{about}/RECORD": b""}
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


def test_source_archive_is_never_built_because_that_would_run_its_code(
    listed: Callable[[Dataset], None], cache: Path, shelf: Path, tmp_path: Path
) -> None:
    build = f"open({str(tmp_path / 'ran')!r}, 'w').close()"
    start = b'[build-system]\nrequires = []\nbuild-backend = "build"\nbackend-path = ["."]\n'
    source = {"pyproject.toml": start, "build.py": build.encode(), "PKG-INFO": HEAD}
    source = {f"tiny_sample-1.0/{name}": content for name, content in source.items()}
    (shelf / "tiny_sample-1.0.tar.gz").write_bytes(tar_gz(source))
    listed(packed(tiny_wheel(), wheel="tiny-sample==1.0"))
    refusal("pip could not download tiny-sample==1.0: ERROR: No matching distribution found")
    assert not (tmp_path / "ran").exists()


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
