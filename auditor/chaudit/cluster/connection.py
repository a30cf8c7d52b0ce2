"""The connection to an API server: kubeconfig, credentials, TLS and proxies as the kubernetes package understands them.

Only this module knows that package. It is used for what it is good at and bypassed for bodies, which go
as bytes to typed decoding: the package's own models cost ten times as much.
"""

import logging
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3
from kubernetes.client import Configuration
from kubernetes.client.rest import RESTClientObject
from kubernetes.config import ConfigException, load_incluster_config
from kubernetes.config.incluster_config import SERVICE_TOKEN_FILENAME
from kubernetes.config.kube_config import (
    KUBE_CONFIG_DEFAULT_LOCATION,
    list_kube_config_contexts,
    load_kube_config,
)

from chaudit.errors import KubeconfigError
from chaudit.text import reason_of
from chaudit.version import VERSION

_log = logging.getLogger(__name__)
"""Tells of every request, at level INFO."""

_TOKEN = re.compile("&continue=[^&]*")
"""By what a list goes on, which says nothing to whoever reads of a request."""

CONNECTIONS = 8


class Response(msgspec.Struct, frozen=True):
    """One answer of the API server."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportError(Exception):
    """No answer came, or not the whole of it: refused, reset, timed out, or a certificate that is not trusted."""


class Connection:
    """An authenticated way to GET paths of one API server, from several threads at once."""

    def __init__(self, configuration: Any, context: str) -> None:  # noqa: ANN401 - the package is untyped
        configuration.connection_pool_maxsize = CONNECTIONS
        self.server: str = configuration.host
        self.context = context
        self._encoding = "identity" if _is_loopback(self.server) else "gzip"
        self._configuration = configuration
        self._credentials = threading.Lock()
        with _usable_kubeconfig():
            self._pool: urllib3.PoolManager = RESTClientObject(configuration).pool_manager

    def get(self, path: str, query: Mapping[str, str], timeout_s: float) -> Response:
        """Send one GET; an answer of any status is returned.

        Raises:
            TransportError: no complete answer came in time.
            KubeconfigError: the credentials could not be renewed.
        """
        return self._send("GET", path + (f"?{urlencode(query)}" if query else ""), None, timeout_s)

    def close(self) -> None:
        """Close idle connections."""
        self._pool.clear()

    def _send(self, method: str, path: str, body: bytes | None, timeout_s: float) -> Response:
        headers = self._headers() | ({} if body is None else {"Content-Type": "application/json"})
        timeout = urllib3.Timeout(total=timeout_s)
        told = f"{method} {_TOKEN.sub('&continue=...', path)}"
        begun = time.monotonic()
        try:
            answer = self._pool.request(
                method, self.server + path, body=body, headers=headers, timeout=timeout, retries=False, redirect=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            _log.info("%s: %s after %.0f ms", told, _describe(error), _ms_since(begun))
            raise TransportError(_describe(error)) from error
        _log.info("%s: %d in %.0f ms, %d bytes", told, answer.status, _ms_since(begun), len(answer.data))
        return Response(answer.status, answer.headers, answer.data)

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": self._encoding,
            "User-Agent": f"chaudit/{VERSION}",
        }
        with self._credentials, _usable_kubeconfig():  # an exec plugin must not be run by two threads at once
            for setting in self._configuration.auth_settings().values():
                if setting["in"] == "header" and setting["value"]:
                    headers[setting["key"]] = setting["value"]
        return headers


def connect(kubeconfig: str | None = None, context: str | None = None) -> Connection:
    """Return a connection as kubectl would choose it; nothing is sent yet.

    Raises:
        KubeconfigError: there is none, it is malformed, or its credentials cannot be had.
    """
    return Connection(*configured(kubeconfig, context))


def configured(kubeconfig: str | None, context: str | None) -> tuple[Any, str]:
    """Return the configuration that a connection is made of, and the name of its context.

    A kubeconfig (one path, or several joined as in `KUBECONFIG`) wins; without one `KUBECONFIG` or `~/.kube/config` is
    used where it exists, and in a pod without any the service account.

    Raises:
        KubeconfigError: there is none, it is malformed, or its credentials cannot be had.
    """
    configuration = Configuration()
    location = kubeconfig or KUBE_CONFIG_DEFAULT_LOCATION
    paths = [Path(path).expanduser() for path in location.split(os.pathsep) if path]
    if kubeconfig is None and not any(path.exists() for path in paths) and Path(SERVICE_TOKEN_FILENAME).exists():
        with _usable_kubeconfig():
            load_incluster_config(configuration)
        return configuration, "in-cluster"
    if not any(path.exists() for path in paths):
        raise KubeconfigError(f"no kubeconfig at {location}: name one with --kubeconfig, or set KUBECONFIG")
    with _usable_kubeconfig(location):
        name = context or list_kube_config_contexts(location)[1]["name"]
        load_kube_config(location, name, configuration, persist_config=False)
    return configuration, name


@contextmanager
def _usable_kubeconfig(location: str = "the kubeconfig") -> Iterator[None]:
    """Turn what goes wrong inside the package, logged or raised, into one kind of error.

    A failing exec plugin is only logged there; the scan would go on without credentials.
    """
    logged = _LoggedErrors()
    root = logging.getLogger()
    root.addHandler(logged)
    try:
        yield
    except (ConfigException, ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise KubeconfigError(f"{location} cannot be used: {reason_of(error)}") from error
    except Exception as error:  # YAML and certificate libraries raise types of their own
        raise KubeconfigError(f"{location} cannot be used: {type(error).__name__}: {reason_of(error)}") from error
    finally:
        root.removeHandler(logged)
    if logged.messages:
        raise KubeconfigError(f"{location}: no credentials: {'; '.join(logged.messages)}")


class _LoggedErrors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _is_loopback(server: str) -> bool:
    """Whether the server is on this machine, where compressing costs both of them more time than it saves.

    What looks like it may be a tunnel, which can compress by itself (`ssh -C`).
    """
    host = urlsplit(server).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ms_since(begun: float) -> float:
    return (time.monotonic() - begun) * 1000


def _describe(error: Exception) -> str:
    """Return the innermost reason in the words of the operating system or the TLS library."""
    reason: BaseException = error
    while (inner := getattr(reason, "reason", None) or reason.__cause__) and isinstance(inner, BaseException):
        reason = inner
    return reason_of(reason)
