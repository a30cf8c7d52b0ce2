"""Reports in a user's own words: a Jinja template, rendered in a sandbox with the report at hand."""

from pathlib import Path

from chaudit.errors import ReportError, UsageError
from chaudit.report import Report, Reporter

_SUFFIXES = (".j2", ".jinja", ".jinja2")
_MARKUP = (".html", ".htm", ".xml", ".svg")


def parse_template(option: str) -> Reporter:
    """Return the reporter of a `FILE[=PATH]` option; without a path it writes to the file's name less its suffix.

    Raises:
        UsageError: the template cannot be read, is not one, or does not say where to write.
    """
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    name, _, path = option.partition("=")
    file = Path(name)
    filename = path or (file.stem if file.suffix in _SUFFIXES else "")
    if not filename:
        raise UsageError(
            f"{name}: say where to write with --template {name}=PATH, or let its name end in {_SUFFIXES[0]}"
        )
    environment = ImmutableSandboxedEnvironment(
        autoescape=filename.endswith(_MARKUP), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    try:
        template = environment.from_string(file.read_text(encoding="utf-8"))
    except jinja2.TemplateSyntaxError as error:
        raise UsageError(f"{name}:{error.lineno}: not a Jinja template: {error.message}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{name}: the template cannot be read: {error}") from error

    def render(report: Report) -> str:
        try:
            return template.render(report=report)
        except (
            jinja2.TemplateError,
            jinja2.exceptions.SecurityError,
            ArithmeticError,
            LookupError,
            TypeError,
        ) as error:
            raise ReportError(f"{name}: the template cannot be rendered: {error}") from error

    return Reporter(f"template {name}", filename, render)
