"""axe (https://github.com/dequelabs/axe-core) finds nothing that keeps anybody out, in light, dark and on a phone."""

import pytest

from browser.conftest import Open


@pytest.mark.parametrize("report", ["full", "compared"])
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")], ids=["light", "dark", "phone"]
)
def test_axe_finds_nothing(visit: Open, report: str, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - not every machine has it

    page = visit(report, width=width, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    found = Axe().run(page).response["violations"]

    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == []
