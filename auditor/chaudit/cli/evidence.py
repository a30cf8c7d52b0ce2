"""Where a command gets its snapshot from: the live cluster, chaudit's own file, or files of `kubectl get` lists."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaudit.cli.progress import reading_progress
from chaudit.evidence import archive, listings
from chaudit.evidence.snapshot import Snapshot
from chaudit.evidence.source import Source


@dataclass(frozen=True, slots=True)
class LiveCluster:
    """A cluster to be read through its API server, with the options that say how."""

    kubeconfig: str | None
    context: str | None
    timeout: float
    deadline: float
    page_size: int
    quiet: bool = False

    def collect(self, sources: Sequence[Source[Any]]) -> Snapshot:
        """Read the sources.

        Raises:
            KubeconfigError: there is no usable kubeconfig.
            ClusterUnavailableError: the cluster was not reached or refused the credentials.
        """
        from chaudit.cluster.client import Patience
        from chaudit.cluster.collector import Collector
        from chaudit.cluster.connection import connect

        connection = connect(self.kubeconfig, self.context)
        try:
            with reading_progress(len(sources), quiet=self.quiet) as watch:
                patience = Patience(self.timeout, self.deadline)
                return Collector(connection, patience, self.page_size, watch).collect(sources)
        finally:
            connection.close()


def load_snapshot(path: str, sources: Sequence[Source[Any]]) -> Snapshot:
    """Return the snapshot in a file or folder, or on standard input (`-`).

    Raises:
        SnapshotError: it is damaged, or made of something else.
    """
    contents = _standard_input() if path == "-" else list(listings.files(Path(path)))
    name, content = contents[0]
    if len(contents) == 1 and archive.is_archive(content):
        return archive.load(content, name, sources)
    return listings.load(contents, sources)


def _standard_input() -> list[tuple[str, bytes]]:
    return [("standard input", sys.stdin.buffer.read())]
