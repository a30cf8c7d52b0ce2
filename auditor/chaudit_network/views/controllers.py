"""Ingress controllers: how to tell their pods apart, and what a pod's command line makes it serve.

A controller is recognised by the labels of its chart or manifests, by its image, or by the program it starts: mirrors
rename images, operators relabel pods, so that none of these alone is enough.
"""

from collections.abc import Mapping
from itertools import pairwise

import msgspec

from chaudit_network.kinds.core import Container, Pod


class Marks(msgspec.Struct, frozen=True):
    """By what pods of one sort are recognised: any of these is enough.

    Attributes:
        labels: sets of labels; a pod that carries one whole set is one. An empty value stands for any.
        images: ends of the image's repository.
        program: the executable among a container's command and arguments.
    """

    labels: tuple[Mapping[str, str], ...] = ()
    images: tuple[str, ...] = ()
    program: str = ""

    @property
    def asked(self) -> frozenset[tuple[str, str]]:
        """All labels that matter."""
        return frozenset(label for wanted in self.labels for label in wanted.items())

    def are_on(self, pod: Pod) -> bool:
        """Whether the pod is of this sort."""
        return self.are_among(pod.metadata.labels) or any(map(self.are_in, pod.spec.containers))

    def are_among(self, labels: Mapping[str, str]) -> bool:
        """Whether something with these labels belongs to this sort."""
        return any(
            all(key in labels and value in {"", labels[key]} for key, value in wanted.items()) for wanted in self.labels
        )

    def are_in(self, container: Container) -> bool:
        """Whether the container is what makes a pod one of this sort."""
        # Most images are somebody else's, and looking for a piece of text is cheaper than taking it apart.
        return any(image in container.image and _is_of(container.image, image) for image in self.images) or (
            bool(self.program) and self.program in (*container.command, *container.args)
        )


class Controller(msgspec.Struct, frozen=True):
    """One product. The options are names of command line options, without dashes and in lower case.

    Attributes:
        name: what `spec.controller` of its IngressClasses says, or that up to a slash.
        marks: by what its pods are recognised.
        proxies: by what the pods are recognised that carry its traffic, where these are others than its own.
        class_name: the class it goes by when it is told no other, known from the deprecated annotation.
        class_option: the option that gives it another class to go by.
        name_option: the option that gives it another name, or a suffix to it.
        classless_option: the option that makes it serve Ingresses without class.
        classless: whether it serves these anyway as long as `class_option` is not given.
        knows_unregistered: whether `spec.ingressClassName` reaches it even if there is no such IngressClass.
    """

    name: str
    marks: Marks
    proxies: Marks = Marks()
    class_name: str = ""
    class_option: str = ""
    name_option: str = ""
    classless_option: str = ""
    classless: bool = False
    knows_unregistered: bool = False

    def owns(self, name: str) -> bool:
        """Whether an IngressClass with this `spec.controller` is for the product."""
        return name == self.name or name.startswith(f"{self.name}/")

    def name_of(self, pod: Pod) -> str:
        """Return the `spec.controller` for which this pod looks; a given suffix is appended behind a slash."""
        given = option(pod, self.name_option)
        return given if "/" in given else "/".join(filter(None, (self.name, given)))

    def class_of(self, pod: Pod) -> str:
        """Return the class that this pod goes by."""
        return option(pod, self.class_option) or self.class_name

    def serves_classless(self, pod: Pod) -> bool:
        """Whether this pod serves Ingresses without class."""
        asked = option(pod, self.classless_option)
        return asked == "true" or (self.classless and not option(pod, self.class_option))


def option(pod: Pod, name: str) -> str:
    """Return the value of a command line option of a container, `true` for a bare one, empty where it is not given.

    Programs written in Go take `-name`, `--name`, `--name=value` and `--name value`.
    """
    for container in pod.spec.containers:
        for word, following in pairwise((*container.command, *container.args, "")):
            given, equals, value = word.lstrip("-").partition("=")
            if name and word.startswith("-") and given.lower() == name:
                return value if equals else "true" if following.startswith("-") else following or "true"
    return ""


def _is_of(image: str, repository: str) -> bool:
    """Whether an image is from a repository whose path ends so: `registry.local:9001/infra/traefik:v3@sha256:...`."""
    path, slash, last = image.partition("@")[0].rpartition("/")
    return f"/{path}{slash}{last.partition(':')[0]}".endswith(f"/{repository}")
