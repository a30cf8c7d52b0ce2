"""Writing files whole or not at all: a reader never sees half of one."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISREG


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write text into a file, in UTF-8; one that is there keeps its mode and owner, and a link goes on leading to it.

    What is no regular file, such as a pipe or `/dev/stdout`, is written into as it is.

    Raises:
        OSError: it cannot be written; what was there is untouched.
    """
    before = path.stat() if path.exists() else None
    if before and not S_ISREG(before.st_mode):
        with path.open("w", encoding="utf-8", newline="") as there:
            there.writelines(pieces)
        return
    place = path.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=place.parent, prefix=f".{place.name}.", delete=False
    ) as half:
        written = Path(half.name)
        try:
            half.writelines(pieces)
            half.flush()
            os.fsync(half.fileno())
            written.chmod(S_IMODE(before.st_mode) if before else 0o666 & ~_umask())
            if before:
                with suppress(PermissionError):  # only root gives files away
                    os.chown(written, before.st_uid, before.st_gid)
            written.replace(place)
        except BaseException:
            written.unlink()
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
