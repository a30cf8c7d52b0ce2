"""A draft as a whole: its sections from the evidence, and the proof that it can be loaded."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from chaudit.engine import Evaluation
from chaudit.errors import CannotTellError, DoesNotApplyError
from chaudit.evidence.input import Input
from chaudit.evidence.snapshot import Snapshot
from chaudit.intent.loading import IntentFile, read
from chaudit.intent.model import Intent
from chaudit_init.networks import network_draft
from chaudit_init.outside import exposure_draft, names_draft, prefixes_draft
from chaudit_init.shape import shape_draft
from chaudit_init.writing import comment

INPUTS = (network_draft, shape_draft, exposure_draft, names_draft, prefixes_draft)
"""What a draft is made from."""

T = TypeVar("T")


def draft(snapshot: Snapshot) -> str:
    """Return an intent file that says what a cluster is, every part with where it is known from.

    What is open, named and told outside depends on networks and topology, so these are drafted first and believed.

    Raises:
        IntentError: the draft cannot be loaded, which is a defect.
    """
    lines = [*_head(snapshot), *_shape(Evaluation(snapshot, Intent()))]
    facts = Evaluation(snapshot, _loaded(lines).intent)
    lines += ["", *_known(facts, exposure_draft)]
    lines += _section("names", _known(facts, names_draft), empty="[]")
    lines += _bgp(facts)
    _loaded(lines)
    return _text(lines)


def _head(snapshot: Snapshot) -> Iterator[str]:
    cluster = snapshot.cluster
    of = " ".join(filter(None, (cluster.server or "a snapshot", cluster.context, cluster.uid)))
    yield from comment(
        f"What a cluster is meant to be, drafted by `chaudit init` from {of} as it was at "
        f"{snapshot.finished:%Y-%m-%d %H:%M} UTC. What stands here is what is: correct it to what should be."
    )
    missing = sorted(name for name, reading in snapshot.readings.items() if not reading.is_complete)
    if missing:
        yield from comment(f"Not read in full, so that what they hold may be missing here: {', '.join(missing)}.")
    yield ""


def _shape(facts: Evaluation) -> Iterator[str]:
    """Yield what everything else depends on."""
    shape = _resolved(facts, shape_draft)
    if isinstance(shape, str):
        yield from comment(f"What kind of cluster it is, is not known: {shape}")
    else:
        yield from shape.profiles()
        yield from _section("topology", _as_far_as_known(shape.topology()))
    found = _resolved(facts, network_draft)
    yield from _section("networks", comment(found, "  ") if isinstance(found, str) else _as_far_as_known(found.lines()))


def _bgp(facts: Evaluation) -> Iterator[str]:
    shape = _resolved(facts, shape_draft)
    peers = [] if isinstance(shape, str) else [*_as_far_as_known(shape.bgp())]
    if peers:
        yield from _section("bgp", [*peers, *_known(facts, prefixes_draft)])


def _section(title: str, lines: Iterable[str], empty: str = "{}") -> Iterator[str]:
    """Yield a section; one of comments alone has to say that it is empty."""
    written = list(lines)
    has_content = any(not line.lstrip().startswith("#") for line in written)
    yield from ("", f"{title}:" if has_content else f"{title}: {empty}", *written)


def _known(facts: Evaluation, wanted: Input[list[str]]) -> list[str]:
    """Return the lines of a part, or why it is not known."""
    found = _resolved(facts, wanted)
    return list(comment(f"Not known: {found}")) if isinstance(found, str) else found


def _resolved(facts: Evaluation, wanted: Input[T]) -> T | str:
    """Return a view's value, or why there is none."""
    try:
        return facts.get(wanted)
    except (CannotTellError, DoesNotApplyError) as gap:
        return str(gap)


def _as_far_as_known(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a part, and why there are no more."""
    try:
        yield from lines
    except CannotTellError as gap:
        yield from comment(f"Not known: {gap}", "  ")


def _loaded(lines: Iterable[str]) -> IntentFile:
    return read(_text(lines).encode(), "the draft")


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
