"""Where a command gets its snapshot from: the live cluster, chaudit's own file, or files of `kubectl get` lists."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from chaudit.cli.progress import announce_probe, reading_progress, show_requests
from chaudit.engine import sources_below
from chaudit.errors import UsageError
from chaudit.evidence import archive, listings
from chaudit.evidence.asking import Limits, Writer
from chaudit.evidence.input import Input
from chaudit.evidence.probe import Probe
from chaudit.evidence.snapshot import Snapshot
from chaudit.evidence.source import Source
from chaudit.host import PluginHost
from chaudit.intent.model import Intent
from chaudit.probing import Chosen, choose, probe
from chaudit.text import printable


class LiveCluster(msgspec.Struct, frozen=True):
    """A cluster to be read through its API server, and the probes to be asked about it."""

    kubeconfig: str | None
    context: str | None
    timeout_s: float
    deadline_s: float
    page_size: int
    chosen: Sequence[Chosen]
    limits: Limits
    quiet: bool
    verbose: bool = False

    def sources(self, inputs: Iterable[Input[Any]]) -> Sequence[Source[Any]]:
        """Return what these inputs, and the targets of the chosen probes, make to be read."""
        return sources_below(*inputs, *(one.probe.targets for one in self.chosen))

    def snapshot(self, inputs: Iterable[Input[Any]], intent: Intent) -> Snapshot:
        """Read what these inputs need, and ask the chosen probes.

        Raises:
            KubeconfigError: there is no usable kubeconfig.
            ClusterUnavailableError: the cluster was not reached or refused the credentials.
        """
        from chaudit.cluster.client import Patience
        from chaudit.cluster.collector import Collector
        from chaudit.cluster.connection import connect

        sources = self.sources(inputs)
        if self.verbose:
            show_requests()
        connection = connect(self.kubeconfig, self.context)
        try:
            with reading_progress(len(sources), quiet=self.quiet or self.verbose) as watch:
                patience = Patience(self.timeout_s, self.deadline_s)
                snapshot = Collector(connection, patience, self.page_size, watch).collect(sources)
        finally:
            connection.close()
        with self._writers() as writers:
            return probe(snapshot, intent, self.chosen, self.limits, announce_probe(quiet=self.quiet), writers)

    @contextmanager
    def _writers(self) -> Iterator[Mapping[str, Writer]]:
        """Give out what the chosen probes write with, and see to it that nothing of that stays."""
        writing = [one.probe for one in self.chosen if one.probe.writes]
        if not writing:
            yield {}
            return
        from chaudit.cluster.client import Patience
        from chaudit.cluster.writing import ObjectWriter, connect_for_writing

        connection = connect_for_writing(self.kubeconfig, self.context)
        patience = Patience(self.timeout_s, self.limits.deadline_s)
        writers = {asked.name: ObjectWriter(connection, asked.writes, patience) for asked in writing}
        try:
            with closing(connection), ExitStack() as running:
                for writer in writers.values():
                    running.enter_context(writer)
                yield writers
        finally:
            for left in (left for writer in writers.values() for left in writer.left):
                click.echo(f"chaudit: could not be deleted, delete it: {printable(left)}", err=True)


class SavedSnapshot(msgspec.Struct, frozen=True):
    """A snapshot in a file or folder, or on standard input (`-`), with the answers of the probes asked then."""

    path: str
    probes: Sequence[Probe[Any, Any]]

    def snapshot(self, inputs: Iterable[Input[Any]], _intent: Intent) -> Snapshot:
        """Load what these inputs need.

        Raises:
            SnapshotError: it is damaged, or made of something else.
        """
        return snapshot_in(contents_of(self.path), sources_below(*inputs), self.probes)


def contents_of(path: str) -> Sequence[tuple[str, bytes]]:
    """Return name and content of a file, of the files of a folder, or of standard input (`-`).

    Raises:
        SnapshotError: something there cannot be read.
    """
    return [("standard input", sys.stdin.buffer.read())] if path == "-" else list(listings.files(Path(path)))


def snapshot_in(
    contents: Sequence[tuple[str, bytes]], sources: Sequence[Source[Any]], probes: Sequence[Probe[Any, Any]]
) -> Snapshot:
    """Return the snapshot that these named contents are.

    Raises:
        SnapshotError: it is damaged, or made of something else.
    """
    name, content = contents[0]
    if len(contents) == 1 and archive.is_archive(content):
        return archive.load(content, name, (*sources, *probes))
    return listings.load(contents, sources)


def live_cluster(host: PluginHost, options: Mapping[str, Any], *, quiet: bool) -> LiveCluster:
    """Return the cluster that `cluster_options` describe.

    Raises:
        UsageError: a probe cannot be asked as wanted.
    """
    probes, permitted = _probes(options), ["node-status"] if options["allow_node_status"] else []
    return LiveCluster(
        kubeconfig=options["kubeconfig"],
        context=options["context"],
        timeout_s=options["timeout"],
        deadline_s=options["deadline"],
        page_size=options["page_size"],
        chosen=choose(probes, host.probes, permitted) if probes or permitted else (),
        limits=Limits(
            options["probe_timeout"], options["probe_rate"], options["probe_limit"], options["probe_deadline"]
        ),
        quiet=quiet,
        verbose=options["verbose"],
    )


def evidence_from(
    host: PluginHost, snapshot: str | None, options: Mapping[str, Any], *, quiet: bool
) -> LiveCluster | SavedSnapshot:
    """Return what `--snapshot` names, or the cluster that `cluster_options` describe.

    Raises:
        UsageError: the options exclude each other, or a probe cannot be asked as wanted.
    """
    if not snapshot:
        return live_cluster(host, options, quiet=quiet)
    if options["kubeconfig"] or options["context"]:
        raise UsageError("--snapshot and --kubeconfig or --context exclude each other")
    if _probes(options) or options["allow_node_status"]:
        raise UsageError("--snapshot and --probe exclude each other: a snapshot holds the answers of its own time")
    return SavedSnapshot(snapshot, host.probes)


def _probes(options: Mapping[str, Any]) -> Sequence[str]:
    """Return the `--probe` options, those that have a short form included."""
    return (*options["probes"], *([f"bgp-rib={options['bgp_rib']}"] if options["bgp_rib"] else []))
