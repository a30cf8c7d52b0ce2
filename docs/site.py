"""What MkDocs is told beside mkdocs.yml: every rule has its place in the navigation, and files beside docs/ are linked.

In the repository pages link to files outside of docs/ by relative paths, which a site has not. A link to one that is
not there is an error, as a broken link between pages is.
"""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "https://github.com/chaudit/chaudit/blob/main"
_OUTSIDE = re.compile(r"\]\(((?:\.\./)+[^)#\s]+)(#[^)\s]*)?\)")
_FAMILY = re.compile(r"^## ((\w+): .+)$", re.MULTILINE)


def on_config(config: Any) -> Any:  # noqa: ANN401 - mkdocs hands over a mapping of its own
    """Add the pages of rules to the navigation, by family."""
    folder = ROOT / "docs" / "rules"
    rules = next(section["Rules"] for section in config["nav"] if "Rules" in section)
    rules[1:] = [
        {title: [{page.stem: f"rules/{page.name}"} for page in sorted(folder.glob(f"{family}-*.md"))]}
        for title, family in _FAMILY.findall((folder / "README.md").read_text())
    ]
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:  # noqa: ANN401 - as above
    """Let links to files outside of docs/ lead to the repository.

    Raises:
        ValueError: there is no such file.
    """
    here = (ROOT / "docs" / page.file.src_uri).parent

    def lead(match: re.Match[str]) -> str:
        target = (here / match[1]).resolve()
        if target.is_relative_to(ROOT / "docs"):
            return match[0]
        if not target.exists():
            raise ValueError(f"{page.file.src_uri}: there is no {match[1]}")
        return f"]({REPOSITORY}/{target.relative_to(ROOT)}{match[2] or ''})"

    return _OUTSIDE.sub(lead, markdown)
