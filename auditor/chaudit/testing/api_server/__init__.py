"""An embedded Kubernetes API server."""

from chaudit.testing.api_server.call import Request
from chaudit.testing.api_server.server import ApiServer

__all__ = ["ApiServer", "Request"]
