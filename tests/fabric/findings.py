"""What a scan found, in lines that can be compared."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

GONE = "gone"


class Findings:
    """The findings of one report, each in words, by rule and subject."""

    def __init__(self, code: int, report: Path) -> None:
        self.code = code
        self.report = report
        self.content: Mapping[str, Any] = json.loads(report.read_text())
        self.told = {key(one): _words(one) for one in self.content["findings"]}

    def changes(self, before: "Findings") -> Mapping[str, str]:
        """Return what is not as it was before, as it is now."""
        return {
            key: self.told.get(key, GONE)
            for key in sorted(before.told.keys() | self.told.keys())
            if self.told.get(key) != before.told.get(key)
        }


def key(finding: Mapping[str, Any]) -> str:
    """Return the rule and the subject of a finding."""
    subject = finding["subject"]
    name = "/".join(filter(None, (subject.get("namespace"), subject.get("name"), subject.get("port"))))
    return f"{finding['rule']} {subject['kind']} {name}"


def _words(finding: Mapping[str, Any]) -> str:
    told = [one["message"] for one in finding.get("violations", ())]
    return "; ".join([finding["outcome"], *told, *finding.get("unknown_because", ())])
