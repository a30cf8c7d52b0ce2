"""The intent that a command judges by: the file, with profiles under it."""

from collections.abc import Sequence
from pathlib import Path

from chaudit.host import PluginHost
from chaudit.intent.loading import IntentFile, load
from chaudit.profiles import lay_under


def intent_from(host: PluginHost, path: Path | None, profiles: Sequence[str] = ()) -> IntentFile:
    """Return the intent of a file, or an empty one, with these profiles under it, or those that the file asks for.

    Raises:
        IntentError: the file is none, or asks for a profile that nobody knows.
        UsageError: such a one is named.
    """
    file = load(path) if path else IntentFile()
    return lay_under(file, host.profiles, profiles, host.rules) if profiles or file.intent.profile else file
