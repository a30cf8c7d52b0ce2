"""One resource of one API version, as URLs, manifests and RBAC name it."""

import msgspec


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """One resource of one API version: group (empty for core), version, plural name and kind."""

    group: str
    version: str
    plural: str
    kind: str

    @property
    def api_version(self) -> str:
        """The `apiVersion` that objects carry: `v1`, `discovery.k8s.io/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def discovery_path(self) -> str:
        """The path that lists the resources of this group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def list_path(self) -> str:
        """The path that lists all objects of the cluster."""
        return f"{self.discovery_path}/{self.plural}"

    def __str__(self) -> str:
        """Return the name that RBAC and kubectl use: `endpointslices.discovery.k8s.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural
