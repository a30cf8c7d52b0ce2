"""Fills an API server with a large cluster, over as many connections as it answers at once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.population.nodes import namespace, node
from benchmarks.population.pods import pod
from benchmarks.population.services import endpoint_slice, ingress, service
from benchmarks.population.sizes import Manifest, Sizes

from cluster.api import Api
from cluster.manifests import Manifests

CONNECTIONS = 32


def fill(api: Api, sizes: Sizes) -> None:
    """Create all objects with their statuses, printing how long each kind took.

    Raises:
        ApplyError: The server refused one.
    """
    manifests = Manifests(api)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for title, make, count in (
            ("namespaces", namespace, sizes.namespaces),
            ("nodes", node, sizes.nodes),
            ("services", service, sizes.services),
            ("slices", endpoint_slice, sizes.services),
            ("ingresses", ingress, sizes.ingresses),
            ("pods", pod, sizes.pods),
        ):
            started = time.perf_counter()
            for written in [
                pool.submit(_write_share, manifests, sizes, make, share, count) for share in range(CONNECTIONS)
            ]:
                written.result()
            print(f"{count} {title} created in {time.perf_counter() - started:.0f} s", flush=True)


def _write_share(
    manifests: Manifests, sizes: Sizes, make: Callable[[Sizes, int], Manifest], share: int, count: int
) -> None:
    """Write every 32nd object: it is made only when its turn has come, so that they are never all in memory."""
    for number in range(share, count, CONNECTIONS):
        manifests.apply([make(sizes, number)])
