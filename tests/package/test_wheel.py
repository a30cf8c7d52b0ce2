"""The wheel holds every file of the packages, and nothing that would litter site-packages."""

import sys
from pathlib import Path
from zipfile import ZipFile

from package.commands import CHECKOUT, must_run

SOURCE_ROOTS = ("auditor", "plugins", "reports")


def files_of_the_source_roots() -> set[str]:
    """Return the paths below their root: code, type markers, templates and demo data alike."""
    return {
        str(path.relative_to(CHECKOUT / root))
        for root in SOURCE_ROOTS
        for path in (CHECKOUT / root).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def files_of(wheel: Path) -> set[str]:
    """Return the paths in the wheel, without those that the build itself adds."""
    return {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_files_of_the_source_roots_and_nothing_else(wheel: Path) -> None:
    assert files_of(wheel) == files_of_the_source_roots()


def test_every_package_says_that_it_is_typed(wheel: Path) -> None:
    files = files_of(wheel)

    assert {name.partition("/")[0] for name in files} == {
        Path(name).parent.name for name in files if "py.typed" in name
    }


def test_check_wheel_contents_has_no_complaint(wheel: Path) -> None:
    said = must_run(sys.executable, "-m", "check_wheel_contents", wheel, folder=CHECKOUT)

    assert said == f"{wheel}: OK\n"
