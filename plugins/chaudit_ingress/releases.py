"""The releases of ingress-nginx in which the last known vulnerabilities are fixed.

As of 2026-03-20, when the last ones were published; the project is retired and will not publish others:
https://github.com/kubernetes/kubernetes/issues/137893 (CVE-2026-4342, below v1.13.9, v1.14.5 and v1.15.1),
https://github.com/kubernetes/ingress-nginx/tree/main/changelog and
https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/.
"""

import re

Version = tuple[int, int, int]

FIXED: tuple[Version, ...] = ((1, 13, 9), (1, 14, 5), (1, 15, 1))
"""The last release of each minor version that got the fixes, ascending; older minor versions did not get them."""

_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.ASCII)


def parse_version(text: str) -> Version | None:
    """Return the version of a release, `v1.15.1`; None for anything else, such as one with a suffix of a vendor."""
    found = _VERSION.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def is_fixed(version: Version) -> bool | None:
    """Whether a release has the fixes; None for one that the project never published."""
    last = next((fixed for fixed in FIXED if fixed[:2] >= version[:2]), None)
    if last is None or version > last:
        return None
    return version == last
