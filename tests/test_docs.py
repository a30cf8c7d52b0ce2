"""The pages of docs/ that are made of runs say what runs say."""

import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_table_of_outcomes_has_every_exit_code_and_what_each_format_makes_of_it() -> None:
    program = "import outcomes; print(outcomes.table())"

    done = subprocess.run([sys.executable, "-c", program], cwd=DOCS, capture_output=True, text=True, check=True)

    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines()[2:]]
    assert [row[1] for row in rows] == ["0", "1", "0", "0", "1", "2", "3", "0", "4"]
    assert [row[3] for row in rows] == [
        *("passed", "`failure`", "`skipped`", "`skipped`", "`failure`", "passed", "`error`", "`error`", "`error`")
    ]
    assert done.stdout in (DOCS / "gate.md").read_text()
