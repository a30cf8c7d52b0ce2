"""The bundled cluster, served on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaudit.testing.api_server.api import Api
from chaudit.testing.api_server.listener import Listener
from chaudit.testing.api_server.objects import read_objects

VERSION = "v1.29.2"
"""The Kubernetes version that the objects are of."""

OBJECTS = tuple(sorted(Path(__file__).with_name("cluster").glob("*.yaml")))
"""The objects, by topic."""


@contextmanager
def serve_cluster() -> Iterator[str]:
    """Serve the cluster while the block lasts and yield its URL.

    Anybody on this machine may read it without a login: kubectl sends no token where there is no TLS.
    """
    api = Api(VERSION, serve=())
    api.store.put(read_objects(OBJECTS))
    listener = Listener(api.answer, tls=None)
    try:
        yield listener.url
    finally:
        listener.close()
