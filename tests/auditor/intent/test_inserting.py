"""A waiver is added to an intent file of any form; everything else stays as it was written."""

from datetime import date
from difflib import SequenceMatcher
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chaudit_demo
from chaudit.errors import IntentError
from chaudit.intent.inserting import with_waiver
from chaudit.intent.loading import read
from chaudit.intent.model import SubjectSelector, WaiverIntent

NEW = WaiverIntent("NET-001", "moves", "net team", date(2027, 3, 31), "", SubjectSelector("Node", name="compute-2"))
OLD = "rule: NPT-010, reason: agreed, owner: ops, expires: 2027-01-01"
BLOCK = """\
  - rule: NET-001
    subject: {kind: Node, name: compute-2}
    reason: moves
    owner: net team
    expires: 2027-03-31
"""
FLOW = "{rule: NET-001, subject: {kind: Node, name: compute-2}, reason: moves, owner: net team, expires: 2027-03-31}"
SEVERAL_LINES = """\
rule: NPT-010
    owner: ops
    expires: 2027-01-01
    reason: |
      one

      two
"""

FORMS = {
    "nothing": ("", f"waivers:\n{BLOCK}"),
    "a comment": ("# ours\n", f"# ours\n\nwaivers:\n{BLOCK}"),
    "no end of line": ("profile: a", f"profile: a\n\nwaivers:\n{BLOCK}"),
    "a blank line at the end": ("profile: a\n\n", f"profile: a\n\nwaivers:\n{BLOCK}"),
    "comments at the end": ("profile: a\n# bye\n", f"profile: a\n# bye\n\nwaivers:\n{BLOCK}"),
    "marks of a document": ("---\nprofile: a\n...\n", f"---\nprofile: a\n\nwaivers:\n{BLOCK}...\n"),
    "an empty list": ("waivers: []\nprofile: a\n", f"waivers:\n{BLOCK}profile: a\n"),
    "an empty list with a comment": ("waivers: []  # none\nprofile: a\n", f"waivers:  # none\n{BLOCK}profile: a\n"),
    "an empty list on two lines": ("waivers: [ # none\n  ]\n", f"waivers: [ # none\n  {FLOW}]\n"),
    "a block": (f"waivers:\n  - {{{OLD}}}\nprofile: a\n", f"waivers:\n  - {{{OLD}}}\n{BLOCK}profile: a\n"),
    "a block without indentation": (
        f"waivers:\n- {{{OLD}}}\n",
        f"waivers:\n- {{{OLD}}}\n" + "".join(f"{line[2:]}\n" for line in BLOCK.splitlines()),
    ),
    "a block that is far in": (
        f"waivers:\n    -   {{{OLD}}}\n",
        f"waivers:\n    -   {{{OLD}}}\n    -   rule: NET-001\n"
        + "".join(f"    {line}\n" for line in BLOCK.splitlines()[1:]),
    ),
    "comments behind the last waiver, and behind all": (
        f"waivers:\n  - {{{OLD}}}  # agreed\n    # until then\n\n  # the gate\ngate: {{}}\n",
        f"waivers:\n  - {{{OLD}}}  # agreed\n    # until then\n{BLOCK}\n  # the gate\ngate: {{}}\n",
    ),
    "a text of several lines": (
        f"waivers:\n  - {SEVERAL_LINES}\nprofile: a\n",
        f"waivers:\n  - {SEVERAL_LINES}\n{BLOCK}profile: a\n",
    ),
    "a flow": (f"waivers: [{{{OLD}}}]  # c\n", f"waivers: [{{{OLD}}}, {FLOW}]  # c\n"),
    "a flow with a last comma": (
        f"waivers: [\n  {{{OLD}}},  # c\n]\n",
        f"waivers: [\n  {{{OLD}}}, {FLOW},  # c\n]\n",
    ),
    "all in a flow": ("{profile: a}  # c\n", f"{{profile: a, waivers: [{FLOW}]}}  # c\n"),
    "all in an empty flow": ("{}", f"{{waivers: [{FLOW}]}}"),
    "all in a flow with an empty list": ("{waivers: [], profile: a}", f"{{waivers: [{FLOW}], profile: a}}"),
    "an anchor and a merge": (
        f"waivers:\n  - &one {{{OLD}}}\n  - {{<<: *one, rule: NET-003}}\n",
        f"waivers:\n  - &one {{{OLD}}}\n  - {{<<: *one, rule: NET-003}}\n{BLOCK}",
    ),
    "an alias at the end": (
        f"waivers:\n  - &one {{{OLD}}}\n  - *one\n",
        f"waivers:\n  - &one {{{OLD}}}\n  - *one\n{BLOCK}",
    ),
    "all further in": (
        "  profile: a\n",
        "  profile: a\n\n  waivers:\n" + "".join(f"  {line}\n" for line in BLOCK.splitlines()),
    ),
    "a byte order mark": ("\ufeffprofile: a\n", f"\ufeffprofile: a\n\nwaivers:\n{BLOCK}"),
}


@pytest.mark.parametrize(("before", "after"), FORMS.values(), ids=FORMS)
def test_it_goes_where_people_would_write_it(before: str, after: str) -> None:
    assert with_waiver(before, "chaudit.yaml", NEW)[0] == after


@pytest.mark.parametrize(("before", "after"), FORMS.values(), ids=FORMS)
def test_lines_that_end_as_on_windows_go_on_to(before: str, after: str) -> None:
    if "\n" in before:
        assert with_waiver(before.replace("\n", "\r\n"), "f", NEW)[0] == after.replace("\n", "\r\n")


@pytest.mark.parametrize(("before", "_"), FORMS.values(), ids=FORMS)
def test_one_after_the_other_says_what_was_said_and_both(before: str, _: str) -> None:
    other = msgspec.structs.replace(NEW, rule="NET-003", reason="yes: # [no], 'so'", ticket="CHG-1", owner="ö \u202e")

    once, _file = with_waiver(before, "f", NEW)
    twice, file = with_waiver(once, "f", other)

    old = read(before.encode(), "f").intent
    assert file.intent == msgspec.structs.replace(old, waivers=(*old.waivers, NEW, other))
    assert lost(before, twice).strip() in {"", "[]"}


def test_the_intent_file_of_the_demonstration_keeps_every_character() -> None:
    text = Path(chaudit_demo.__file__).with_name("chaudit.yaml").read_text()

    longer, _ = with_waiver(text, "chaudit.yaml", NEW)

    assert BLOCK in longer
    assert lost(text, longer) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("names: &w []\nwaivers: *w\n", "`waivers` is an alias; write it into"),
        ("waivers: {}\n", "Expected `array`"),
        ("waivers: []\nwaivers: []\n", "'waivers' is given twice"),
        ("waivers: &w []\nnames: *w\n", r"of this form: .*write it into `waivers` by hand: \{rule: NET-001"),
        ("names:\n  - host: |+\n      a\n", "without changing what else the file says; write"),
        (f"waivers:\n  -\n    {OLD.replace(', ', chr(10) + '    ')}\n", "does not begin on the line of its dash"),
    ],
)
def test_what_leaves_no_place_is_refused_with_the_words_to_write(text: str, problem: str) -> None:
    with pytest.raises(IntentError, match=problem):
        with_waiver(text, "f", NEW)


SECTIONS = st.sampled_from(
    [
        "profile: [generic]\n",
        "networks:\n  oam: {cidrs: [10.0.0.0/24]}  # ours\n",
        "# alone\n",
        "\n",
        "gate:\n  fail-on: high\n  # last\n",
        "names:\n  - host: a.example\n    # of it\n",
    ]
)
WAIVERS = st.sampled_from([before for before, _ in FORMS.values() if before.startswith("waivers:")])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(SECTIONS, unique=True), st.lists(SECTIONS, unique=True), WAIVERS | st.just(""))
def test_whatever_is_around_it_stays(above: list[str], below: list[str], waivers: str) -> None:
    text = "".join([*above, waivers, *(section for section in below if section not in above)])
    if "profile: a\n" in text:
        text = text.replace("profile: [generic]\n", "")

    longer, file = with_waiver(text, "f", NEW)

    old = read(text.encode(), "f").intent
    assert file.intent == msgspec.structs.replace(old, waivers=(*old.waivers, NEW))
    assert lost(text, longer).strip() in {"", "[]"}


def lost(before: str, after: str) -> str:
    """Return what is not in the later text any more."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    kept = {index for block in blocks for index in range(block.a, block.a + block.size)}
    return "".join(character for index, character in enumerate(before) if index not in kept)
