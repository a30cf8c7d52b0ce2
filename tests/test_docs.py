"""The docs hold: commands in them exist with their options, links lead somewhere, and what is made of runs says so."""

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import click
import pytest

from chaudit.cli.main import command
from chaudit.host import installed

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = CHECKOUT / "docs"
PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|crontab|yaml|groovy)\n(.*?)^```", re.DOTALL | re.MULTILINE)
ENDS = {"|", "||", "&&", ";", ">", ">>", "<", "&"}


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of every chaudit command in the code of a page."""
    for block in BLOCK.findall(page.read_text()):
        for line in re.sub(r"\\\n", " ", block).splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
            lexer.whitespace_split = True
            words = list(lexer)
            for start in (number for number, word in enumerate(words) if word == "chaudit"):
                found = words[start + 1 :]
                end = next((number for number, word in enumerate(found) if word in ENDS), len(found))
                if found[:end] and (start == 0 or words[start - 1] in ENDS | {"exec", "*"}):
                    yield found[:end]


ALL = [(page.name, words) for page in PAGES for words in commands(page)]


@pytest.mark.parametrize(("page", "words"), ALL, ids=[f"{page}: {' '.join(words)[:60]}" for page, words in ALL])
def test_a_command_of_the_docs_can_be_typed(page: str, words: list[str]) -> None:
    group = command(installed())
    context = click.Context(group, info_name="chaudit", obj=installed())
    name, *rest = words
    found = group.get_command(context, name)

    assert found, f"{page}: there is no chaudit {name}"
    known = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.partition("=")[0] for word in rest if word.startswith("-") and len(word) > 1}
    assert given <= known | {"--help"}


def test_there_are_commands_in_the_docs_to_look_at() -> None:
    assert len(ALL) > 50
    assert {"README.md", "pipelines.md", "gate.md", "offline.md"} <= {page for page, _ in ALL}


def site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_of_docs", DOCS / "site.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_link_out_of_the_docs_leads_to_the_repository() -> None:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="rules/X-001.md"))

    text = site().on_page_markdown("[a](../../README.md#more) [b](../intent.md) [c](https://example.org/../x)", page)

    assert text == (
        "[a](https://github.com/chaudit/chaudit/blob/main/README.md#more) [b](../intent.md) [c](https://example.org/../x)"
    )


def test_a_link_out_of_the_docs_to_nothing_is_an_error() -> None:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="index.md"))

    with pytest.raises(ValueError, match=r"index\.md: there is no \.\./nothing\.md"):
        site().on_page_markdown("[a](../nothing.md)", page)


def test_the_table_of_outcomes_has_every_exit_code_and_what_each_format_makes_of_it() -> None:
    program = "import outcomes; print(outcomes.table())"

    done = subprocess.run([sys.executable, "-c", program], cwd=DOCS, capture_output=True, text=True, check=True)

    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines()[2:]]
    assert [row[1] for row in rows] == ["0", "1", "0", "0", "1", "2", "3", "0", "4"]
    assert [row[3] for row in rows] == [
        *("passed", "`failure`", "`skipped`", "`skipped`", "`failure`", "passed", "`error`", "`error`", "`error`")
    ]
    assert done.stdout in (DOCS / "gate.md").read_text()
