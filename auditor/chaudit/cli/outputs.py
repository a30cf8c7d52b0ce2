"""Reports as files: which formats were asked for, where they go, and writing them whole or not at all."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec

from chaudit.cli.files import write_whole
from chaudit.cli.templates import parse_template
from chaudit.errors import ReportError, UsageError
from chaudit.report import Report, Reporter
from chaudit.text import or_rather, reason_of

NONE = "none"
"""The format that writes nothing."""


class Output(msgspec.Struct, frozen=True):
    """One format and its file; no path is standard output."""

    reporter: Reporter
    path: Path | None

    def write(self, report: Report) -> None:
        """Render and write; a reader never sees half a file.

        Raises:
            ReportError: the file cannot be written.
        """
        pieces = self.reporter.pieces(report)
        if self.path is None:
            sys.stdout.writelines(pieces)
            return
        try:
            write_whole(self.path, pieces)
        except OSError as error:
            raise ReportError(
                f"the {self.reporter.name} report cannot be written to {self.path}: {reason_of(error)}"
            ) from error


@contextmanager
def prepared(outputs: Sequence[Output]) -> Iterator[None]:
    """Let reporters get ready while there is no report yet; what cannot will say so when it renders."""
    with ThreadPoolExecutor(1, "reporters") as beside:
        for output in outputs:
            beside.submit(output.reporter.prepare)
        yield


def parse_outputs(
    wanted: Sequence[str], templates: Sequence[str], reporters: Sequence[Reporter], default: Iterable[str]
) -> list[Output]:
    """Return the outputs of `FORMAT[=PATH]` options and templates; the default formats where no format is wanted.

    Raises:
        UsageError: a format is unknown, a template unusable, or two reports would go to one place.
    """
    known = {reporter.name: reporter for reporter in reporters}
    formats = [] if list(wanted) == [NONE] else wanted or [name for name in default if name in known]
    outputs = [_output(*_format(option, known)) for option in formats]
    outputs += [_output(template, template.filename) for template in map(parse_template, templates)]
    places = [output.path for output in outputs]
    for place in places:
        if places.count(place) > 1:
            raise UsageError(f"two reports would be written to {place or 'standard output'}")
        if place and place.is_dir():
            raise UsageError(f"{place} is a folder: name a file for the report")
    return outputs


def _format(option: str, known: Mapping[str, Reporter]) -> tuple[Reporter, str]:
    name, _, path = option.partition("=")
    if name not in known:
        choice = f"choose from {', '.join(known)}, or {NONE} alone"
        raise UsageError(f"no report format is called {name!r}: {choice}{or_rather(name, known)}")
    return known[name], path or known[name].filename


def _output(reporter: Reporter, target: str) -> Output:
    return Output(reporter, None if target == "-" else Path(target))
