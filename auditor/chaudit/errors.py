"""Every error chaudit raises on purpose, each with the data it is about.

    ChauditError
    ├── UsageError                 what the user gave cannot be used (exit 2)
    │   ├── IntentError            the intent file
    │   ├── SnapshotError          a snapshot, or files of `kubectl get` lists
    │   ├── KubeconfigError        the kubeconfig, or the credentials it should produce
    │   ├── PluginError            a plugin that cannot be loaded or registers something unusable
    │   └── ReportError            a report that cannot be written, or an earlier one that cannot be used
    ├── ClusterUnavailableError    the cluster was not reached or refused the credentials (exit 4)
    ├── CannotTellError            evidence is missing, so a verdict would be a guess (outcome `unknown`)
    └── DoesNotApplyError          the cluster does not have what is judged (outcome `not-applicable`)

The last two travel from readings and views to the engine, which turns them into outcomes; they never reach a user.
"""

from collections.abc import Sequence


class ChauditError(Exception):
    """Base of all errors that chaudit raises on purpose."""


class UsageError(ChauditError):
    """What the user gave cannot be used; the message says what, where and what to do."""


class IntentError(UsageError):
    """The intent file is unreadable or says something that cannot be meant."""


class SnapshotError(UsageError):
    """A snapshot is damaged, of another schema, or not what it was said to be."""


class KubeconfigError(UsageError):
    """The kubeconfig is unusable: missing, malformed, or without the credentials it names."""


class PluginError(UsageError):
    """A plugin, or a rule of one, cannot be used: it does not load, or claims a name that is taken."""

    def __init__(self, plugin: str, problem: str) -> None:
        super().__init__(f"plugin {plugin!r}: {problem}")
        self.plugin = plugin


class ReportError(UsageError):
    """A report could not be written where it was asked for, or an earlier one is damaged, or not of this cluster."""


class ClusterUnavailableError(ChauditError):
    """The cluster could not be reached or refused the credentials, so nothing can be judged."""

    def __init__(self, server: str, context: str, problem: str) -> None:
        super().__init__(f"{server} {problem}")
        self.server = server
        self.context = context


class CannotTellError(ChauditError):
    """Evidence is missing, partial or contradictory; `reasons` say what was not seen and why."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons: Sequence[str] = reasons


class DoesNotApplyError(ChauditError):
    """The cluster does not have the thing that a view or rule is about."""
