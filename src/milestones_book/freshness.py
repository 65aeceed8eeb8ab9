"""A second build gives what a first build gives, in less time: no page that it leaves is stale.

Sphinx compares times, forgets a build that failed, and knows of no page that shows the title of
another. Here contents are compared. A page is read again when its source, or a file that it is
made from, has changed; all pages are, when what makes them has changed. Pages are written again
when they were read, and all of them when something has changed that one page shows of another.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path
from shutil import rmtree

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

PACKAGES = [Path(__file__).parent, Path(__file__).parents[1] / "milestones"]
RECORD = ".written.json"
"""Beside the pages: what they were made from."""
PAGES_OF_NO_SOURCE = ["index.html", "search.html", "genindex.html", "objects.inv", ".buildinfo"]
COPIED = ("_static", "_downloads")
DOMAINS_OF_ONE_PAGE = {"changeset", "index"}


def digest(*contents: object) -> str:
    """Return a short name for some contents."""
    return hashlib.sha256("\0".join(map(str, contents)).encode()).hexdigest()[:16]


def digest_of(path: Path) -> str:
    """Return a short name for the content of a file, which may be missing."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else "missing"


def stamp(app: Sphinx, config: Config) -> None:
    """Put all that makes the pages into the configuration: when it changes, Sphinx starts anew."""
    root = Path(app.srcdir)
    folders = [*PACKAGES, *(root / path for path in config.html_static_path)]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    # The logo, the favicon, the settings, the works cited, and the tools from npm.
    names = [config.html_logo, config.html_favicon, "_config.yml", *config.bibtex_bibfiles]
    files += [root / name for name in names if name]
    files += [PACKAGES[0].parents[1] / "node_modules" / ".package-lock.json"]
    code = [digest_of(path) for path in files if "__pycache__" not in path.parts]
    versions = sorted(f"{package.name} {package.version}" for package in distributions())
    config.milestones_stamp = digest(*code, *versions)


def mistrust(app: Sphinx, config: Config) -> None:
    """Start anew after a build that has failed, complained, or was stopped."""
    if unfinished(app).exists():
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def unfinished(app: Sphinx) -> Path:
    """Return the file that exists until a build has come to a good end."""
    return Path(app.doctreedir) / "unfinished"


def begin(app: Sphinx) -> None:
    """Note that a build is under way."""
    unfinished(app).parent.mkdir(parents=True, exist_ok=True)
    unfinished(app).touch()


def clear(app: Sphinx, builder: Builder) -> None:
    """Let files that are copied and then cut down be copied anew."""
    for name in COPIED:
        rmtree(Path(app.outdir) / name, ignore_errors=True)


def made_from(env: BuildEnvironment, page: str) -> str:
    """Return a short name for the source of a page and all files that it is made from."""
    root = Path(env.srcdir)
    files = {env.doc2path(page), *env.dependencies.get(page, ())}
    names = sorted(os.path.relpath(root / file, root) for file in files)
    return digest(*(f"{name} {digest_of(root / name)}" for name in names))


def pages_to_read(app: Sphinx, env: BuildEnvironment, *_: set[str]) -> Iterable[str]:
    """Return the pages that are made from something else than at the last reading."""
    known = getattr(env, "milestones_record", {"pages": {}})["pages"]
    return [page for page in env.found_docs if known.get(page) != made_from(env, page)]


def pages_to_write(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages that the site does not show as they were read, and the front page."""
    # To be kept: writing changes what was read.
    record = record_of(env)
    env.milestones_record = record  # type: ignore[attr-defined]
    if app.builder.name != "html":
        return []
    known = read_record(app)
    if any(record[name] != known.get(name) for name in ("stamp", "shared")):
        return env.found_docs
    pages = known["pages"]
    front = {env.config.root_doc}
    return front | {page for page, made in record["pages"].items() if pages.get(page) != made}


def record_of(env: BuildEnvironment) -> dict:
    """Return what the pages are made from: the tools, each other, and each its own files."""
    pages = {page: made_from(env, page) for page in sorted(env.found_docs)}
    return {"stamp": env.config.milestones_stamp, "shared": shared(env), "pages": pages}


def read_record(app: Sphinx) -> dict:
    """Return what the pages of the site were made from."""
    path = Path(app.outdir) / RECORD
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def shared(env: BuildEnvironment) -> str:
    """Return a short name for all that one page shows of another: titles, numbers and targets."""
    tables = {page: toc.pformat() for page, toc in env.tocs.items()}
    titles = {page: title.astext() for page, title in env.longtitles.items()}
    numbers = [env.toc_secnumbers, env.toc_fignumbers, env.toctree_includes]
    targets = {
        name: data for name, data in env.domaindata.items() if name not in DOMAINS_OF_ONE_PAGE
    }
    return digest(plain([tables, titles, *numbers, targets]).replace(str(env.srcdir), ""))


def plain(value: object) -> str:
    """Return a text that is the same for equal contents, in whatever order they were read."""
    if hasattr(value, "_asdict"):
        # A line number is of no use to another page.
        value = {name: part for name, part in value._asdict().items() if name != "line"}
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, list | set | frozenset):
        return f"[{', '.join(sorted(map(plain, value)))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(plain, value))})"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def end(app: Sphinx, failure: Exception | None) -> None:
    """Remove what belongs to no page, and note what the pages were made from."""
    if failure or app._warncount:
        return
    if app.builder.name == "html":
        sweep(app)
        text = json.dumps(app.env.milestones_record, indent=0)  # type: ignore[attr-defined]
        (Path(app.outdir) / RECORD).write_text(text, encoding="utf-8")
    unfinished(app).unlink()


def sweep(app: Sphinx) -> None:
    """Remove the files of pages that are no more."""
    site, env = Path(app.outdir), app.env
    wanted = {site / name for name in [*PAGES_OF_NO_SOURCE, RECORD]}
    wanted |= {site / f"{page}.html" for page in [*env.found_docs, *app.config.moved_pages]}
    wanted |= {site / "_sources" / env.doc2path(page, False) for page in env.found_docs}
    wanted |= {site / "_images" / name for _, name in env.images.values()}
    for path in sorted(site.rglob("*"), reverse=True):
        if path.relative_to(site).parts[0] in COPIED:
            continue
        if path.is_file() and path not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def setup(app: Sphinx) -> None:
    """Decide what a build reads and writes."""
    app.add_config_value("milestones_stamp", "", "env", str)
    app.connect("config-inited", stamp)
    app.connect("config-inited", mistrust)
    app.connect("builder-inited", begin)
    app.connect("write-started", clear)
    app.connect("env-get-outdated", pages_to_read)
    # After Sphinx has numbered sections and figures.
    app.connect("env-get-updated", pages_to_write, priority=900)
    app.connect("build-finished", end, priority=950)
