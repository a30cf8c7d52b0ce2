"""Helpers for the tests of chaudit and of its plugins: an API server without a cluster."""

from chaudit.testing.api_server import ApiServer, Request, faults

__all__ = ["ApiServer", "Request", "faults"]
