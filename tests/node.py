"""Programs that tests run: sample applications, with the packages that they ask for where Node is."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from reviews.snapshots.files import SourceFile

CACHE = Path(__file__).parents[1] / "var" / "samples"
FLAGS = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")


def unpack(files: Iterable[SourceFile], folder: Path) -> Path:
    """The files of a sample, written into a folder."""
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return folder


def run(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder with next to nothing of our environment."""
    return subprocess.run(
        arguments,
        cwd=folder,
        env=kept() | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def kept() -> dict[str, str]:
    """What a program gets of our environment."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}


def packages(manifest: bytes) -> Path:
    """The node_modules of a package.json, installed once for each and kept in var/samples.

    Skips the test where Node or npm is not on this machine, or where nothing can be installed.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not on this machine: the sample's own tests cannot run")
    kind = hashlib.sha256(manifest + " ".join(FLAGS).encode()).hexdigest()[:16]
    installed = CACHE / kind / "node_modules"
    if installed.is_dir():
        return installed
    CACHE.mkdir(parents=True, exist_ok=True)
    # Made aside and then renamed: another test process may be at it, and this one may be killed.
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="new-") as aside:
        new = Path(aside, "packages")
        new.mkdir()
        (new / "package.json").write_bytes(manifest)
        # The environment is passed on whole: it says where this machine gets its packages from.
        ran = subprocess.run([npm, "install", *FLAGS], cwd=new, capture_output=True, text=True, check=False)
        if ran.returncode and not os.environ.get("CI"):
            pytest.skip(f"npm could not install the sample's packages: {ran.stderr.strip()[-300:]}")
        assert ran.returncode == 0, ran.stderr
        try:
            new.rename(installed.parent)
        except OSError:
            assert installed.is_dir()
    return installed
