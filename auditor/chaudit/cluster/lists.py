"""Whole lists, page by page; a long one namespace by namespace, so that its pages need not wait for each other."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import msgspec

from chaudit.cluster.client import Client, RequestError
from chaudit.cluster.discovery import Discovery
from chaudit.cluster.progress import Progress, Watcher
from chaudit.evidence.decoding import Decoded, ListDecoder
from chaudit.evidence.reading import Rejected
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import Namespace
from chaudit.objects import KubernetesObject

R = TypeVar("R", bound=KubernetesObject)

_ATTEMPTS = 3
_LONG = 4
"""A list of more pages than this is long."""

_CROWDED = 10
"""Reading by namespace pays off as long as a page holds the objects of no more namespaces than this."""

_AHEAD = 4
"""Pages of one list that are on their way at once."""

_Begun = tuple[str, Future[Decoded[R]]]
"""The path of a list, and its first page on the way."""

_NAMESPACES = Resource("", "v1", "namespaces", "Namespace")


class Lists(msgspec.Struct, frozen=True):
    """Reads lists of one cluster, in whichever thread it is asked to.

    The pages of a list form a chain, each known only from the one before. A long list of a namespaced kind is
    therefore read anew for each namespace, over several connections.
    """

    client: Client
    discovery: Discovery
    fetching: ThreadPoolExecutor
    page_size: int
    watch: Watcher

    def read(self, source: str, resource: Resource, decoder: ListDecoder[R]) -> Decoded[R]:
        """Return all objects of a list, watched under the name of its source; one that expires is begun again.

        Raises:
            RequestError: a page was not to be had.
            msgspec.DecodeError: an answer is not a list.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._read(source, resource, decoder)
            except RequestError as error:
                if not error.is_expired:
                    raise
        return self._read(source, resource, decoder)

    def _read(self, source: str, resource: Resource, decoder: ListDecoder[R]) -> Decoded[R]:
        path = resource.list_path
        first = self._fetch(decoder, path)
        total = self.page_size + (first.result().remaining or 0)
        if total > _LONG * self.page_size:
            try:
                divided = self._pages(decoder, self._by_namespace(resource, decoder, total))
                found = self._gather(source, divided, total)
            except RequestError:
                found = Decoded(())  # the list as a whole will say what is wrong, or be read all the same
            # A namespace whose deletion was forced leaves objects behind: where any are missing, they may be these.
            if len(found.records) + len(found.rejected) >= total:
                return found
        return self._gather(source, self._pages(decoder, iter([(path, first)])), total)

    def _by_namespace(self, resource: Resource, decoder: ListDecoder[R], total: int) -> Iterator[_Begun[R]]:
        """Yield the list of each namespace; nothing where the list cannot, or had better not, be divided."""
        if not self.discovery.is_namespaced(resource):
            return
        namespaces, path = ListDecoder(Namespace), _NAMESPACES.list_path
        pages = self._pages(namespaces, iter([(path, self._fetch(namespaces, path))]))
        names = [namespace.name for page in pages for namespace in page.records]
        if len(names) * self.page_size > _CROWDED * total:
            return
        for name in names:
            path = f"{resource.discovery_path}/namespaces/{name}/{resource.plural}"
            yield path, self._fetch(decoder, path)

    def _gather(self, source: str, pages: Iterable[Decoded[R]], total: int) -> Decoded[R]:
        records: list[R] = []
        rejected: list[Rejected] = []
        for page in pages:
            records += page.records
            rejected += page.rejected
            self.watch(Progress(source, len(records), max(total, len(records))))
        return Decoded(tuple(records), tuple(rejected))

    def _pages(self, decoder: ListDecoder[R], lists: Iterator[_Begun[R]]) -> Iterator[Decoded[R]]:
        """Yield every page of these lists, while the next ones are on their way."""
        under_way = deque(islice(lists, _AHEAD))
        while under_way:
            path, begun = under_way.popleft()
            page = begun.result()
            if page.token:
                under_way.append((path, self._fetch(decoder, path, page.token)))
            else:
                under_way.extend(islice(lists, 1))
            yield page

    def _fetch(self, decoder: ListDecoder[R], path: str, token: str = "") -> Future[Decoded[R]]:
        """Get a page and decode it where it arrives, so that no bodies, of megabytes each, wait for their turn."""
        query = {"limit": str(self.page_size)} | ({"continue": token} if token else {})
        return self.fetching.submit(lambda: decoder.page(self.client.get(path, query)))
