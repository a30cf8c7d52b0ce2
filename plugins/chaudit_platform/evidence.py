"""Whether the audit saw what it judged from."""

from typing import Any

from chaudit import EVIDENCE, Reading, Severity, Unknown, Verdicts, Violation, plural, rule

_SHOWN = 3


@rule(
    "X-007",
    "All evidence was read",
    severity=Severity.INFO,
    each=EVIDENCE,
    remediation="Grant the account what `chaudit rbac` prints, see to the API that did not answer, correct or delete "
    "malformed objects, then scan again.",
    references=(
        "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
        "https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks",
    ),
)
def all_evidence_was_read(reading: Reading[Any]) -> Verdicts:
    """An audit is worth as much as what it saw.

    A list that was denied or cut short, and an object too malformed to be understood, can hide the very thing that the
    other rules look for. An API that the cluster does not serve hides nothing.
    """
    if not reading.is_loaded and not reading.is_absent:
        yield Unknown(reading.reason)
    if reading.rejected:
        first = "; ".join(f"{one.subject}: {one.reason}" for one in reading.rejected[:_SHOWN])
        more = len(reading.rejected) - _SHOWN
        yield Violation(
            f"{plural(len(reading.rejected), 'object')} malformed, so not judged: {first}"
            + (f"; and {more} more" if more > 0 else ""),
            {"rejected": [{"subject": str(one.subject), "reason": one.reason} for one in reading.rejected]},
        )
