"""Reports are written whole whatever pieces they come in, and reporters get ready before there is one."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaudit import Report
from chaudit.cli.outputs import Output, prepared
from chaudit.errors import ReportError
from chaudit.report import Reporter
from reports.sample import clean_report


def in_pieces(report: Report) -> Iterator[str]:
    yield "one "
    yield report.tool.name
    yield " héllo\n"


def test_a_report_in_pieces_is_one_text_in_utf_8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter("text", "chaudit.txt", in_pieces)

    Output(reporter, tmp_path / "report").write(clean_report())
    Output(reporter, None).write(clean_report())

    assert (tmp_path / "report").read_bytes() == "one chaudit héllo\n".encode()
    assert capsys.readouterr().out == "one chaudit héllo\n"


def test_a_report_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    def broken(report: Report) -> Iterator[str]:
        yield report.tool.name
        raise ReportError("no more")

    (tmp_path / "report").write_text("before")

    with pytest.raises(ReportError, match="no more"):
        Output(Reporter("text", "chaudit.txt", broken), tmp_path / "report").write(clean_report())

    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    assert (tmp_path / "report").read_text() == "before"


def test_reporters_get_ready_beside_what_is_done_meanwhile() -> None:
    reading, ready = threading.Event(), threading.Event()

    def prepare() -> None:
        assert reading.wait(10)
        ready.set()

    with prepared([Output(Reporter("text", "chaudit.txt", in_pieces, prepare), None)]):
        assert not ready.is_set()
        reading.set()

    assert ready.is_set()


def test_a_reporter_that_cannot_get_ready_stops_nothing() -> None:
    def prepare() -> None:
        raise RuntimeError

    done = []
    with prepared([Output(Reporter("text", "chaudit.txt", in_pieces, prepare), None)]):
        done.append("judged")

    assert done == ["judged"]
