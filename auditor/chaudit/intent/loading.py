"""Reading the intent file: every error names the file, the line and the path of what is wrong."""

import hashlib
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from chaudit.errors import IntentError
from chaudit.intent import paths
from chaudit.intent.document import Document, parse
from chaudit.intent.model import CIDR, Address, Intent
from chaudit.text import reason_of

T = TypeVar("T")

_AT_PATH = re.compile(r"^(?P<problem>.*?) - at `(?P<path>[^`]*)`$", re.DOTALL)


class Underlay(msgspec.Struct, frozen=True):
    """What profiles contributed to an intent: their names, the rules whose severity is theirs, those they leave out.

    `warnings` say where one profile holds against another.
    """

    profiles: tuple[str, ...] = ()
    severities: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class IntentFile(msgspec.Struct, frozen=True):
    """An intent with its origin; `sha256` of the file's bytes goes into reports, both empty without a file."""

    intent: Intent = msgspec.field(default_factory=Intent)
    name: str = ""
    sha256: str = ""
    document: Document = msgspec.field(default_factory=Document)
    under: Underlay = Underlay()

    def error(self, path: paths.Path, problem: str) -> IntentError:
        """Return the error for a value at a path of this file: `chaudit.yaml:4: $.rules.NPT-010: ...`."""
        return IntentError(f"{self.name}:{self.document.line(path)}: {paths.render(path)}: {problem}")


def load(path: Path) -> IntentFile:
    """Read an intent file.

    Raises:
        IntentError: it cannot be read, is not YAML, or does not say what an intent file can say.
    """
    try:
        return read(path.read_bytes(), str(path))
    except OSError as error:
        raise IntentError(f"{path}: cannot be read: {reason_of(error)}") from error


def read(content: bytes, name: str) -> IntentFile:
    """Return the intent of a file's content.

    Raises:
        IntentError: it is not YAML, or does not say what an intent file can say.
    """
    try:
        document = parse(content.decode())
    except UnicodeDecodeError as error:
        raise IntentError(f"{name}: cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise IntentError(f"{name}:{line}: not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise IntentError(f"{name}: not valid YAML: {error}") from error
    file = IntentFile(name=name, sha256=hashlib.sha256(content).hexdigest(), document=document)
    return IntentFile(decode(file, document.value or {}, Intent), file.name, file.sha256, document)


def decode(file: IntentFile, value: Any, type_: type[T], at: paths.Path = ()) -> T:  # noqa: ANN401 - any YAML
    """Decode a part of the file into a type; `at` is the part's own path.

    Raises:
        IntentError: with line and path.
    """
    try:
        return msgspec.convert(value, type_, dec_hook=_decode)
    except msgspec.ValidationError as error:
        problem, path = _parse(error)
        exact = paths.name_keys(path, value, lambda narrowed: _error_in(narrowed, type_))
        raise file.error(at + exact, problem) from error


def _error_in(value: Any, type_: type[Any]) -> paths.Path | None:  # noqa: ANN401 - any YAML
    try:
        msgspec.convert(value, type_, dec_hook=_decode)
    except msgspec.ValidationError as error:
        return _parse(error)[1]
    return None


def _parse(error: msgspec.ValidationError) -> tuple[str, paths.Path]:
    match = _AT_PATH.match(str(error))
    return (match["problem"], paths.parse(match["path"])) if match else (str(error), ())


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the intent file, for editors and validators."""
    return msgspec.json.schema(Intent, schema_hook=_schema)


def _decode(type_: type, value: object) -> object:
    if type_ is CIDR:
        return CIDR(ip_network(str(value)).with_prefixlen)
    if type_ is Address:
        return Address(ip_address(str(value)).compressed)
    raise NotImplementedError(type_)


def _schema(type_: type) -> dict[str, Any]:
    if type_ is CIDR:
        return {"type": "string", "description": "a network in CIDR form, without host bits"}
    if type_ is Address:
        return {"type": "string", "description": "an IPv4 or IPv6 address"}
    raise NotImplementedError(type_)
