"""Reading an earlier exposure back: from a snapshot, from `kubectl get` lists, or from what `--json` printed then."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from chaudit import CannotTellError
from chaudit.cli.evidence import SavedSnapshot
from chaudit.engine import Evaluation
from chaudit.errors import SnapshotError
from chaudit.evidence.archive import read_file
from chaudit.host import PluginHost
from chaudit_exposure.selection import Selection
from chaudit_exposure.sides import LinesSide, ModelSide, Side
from chaudit_network.exposure.model import Exposure
from chaudit_network.exposure.view import exposure

_VIA = b'"via":'
"""What every line has, and no Kubernetes object."""


def load(path: str, host: PluginHost, today: Evaluation, selection: Selection) -> tuple[Side, Sequence[str]]:
    """Return the exposure that was, and what is to be said about comparing it with that of today.

    The intent is today's on both sides: what a network is called, and whether outsiders reach it, has not changed.

    Raises:
        SnapshotError: it is damaged, made of something else, or of another cluster.
        CannotTellError: it lacks what every exposure is computed from.
    """
    file = Path(path)
    if file.is_file():
        content = read_file(file)
        if _VIA in content.partition(b"\n")[0]:
            unsaid = f"{path}: which cluster it is of, and what could not be looked at then, the file does not say"
            return LinesSide.of(_lines(content, path), selection), [unsaid]
    snapshot = SavedSnapshot(path, host.probes).snapshot([exposure], today.intent)
    notes, now = [], today.cluster_uid
    if not (snapshot.cluster.uid and now):
        side = "today's cluster" if snapshot.cluster.uid else path
        notes.append(f"{side}: which cluster it is, is not known: namespace kube-system was not read")
    elif snapshot.cluster.uid != now:
        raise SnapshotError(f"{path}: of another cluster, {snapshot.cluster.uid}; this one is {now}")
    try:
        then = ModelSide.of(Evaluation(snapshot, today.intent), selection)
    except CannotTellError as gap:
        raise CannotTellError(*(f"{path}: {reason}" for reason in gap.reasons)) from gap
    return then, [*notes, *(f"then: {gap}" for gap in then.ways.gaps)]


def _lines(content: bytes, path: str) -> Sequence[Exposure]:
    decoder = msgspec.json.Decoder(Exposure)
    found = []
    for number, line in enumerate(content.splitlines(), 1):
        try:
            found.append(decoder.decode(line))
        except msgspec.DecodeError as error:
            raise SnapshotError(f"{path}: line {number}: not a line of `chaudit exposure --json`: {error}") from error
    return found
