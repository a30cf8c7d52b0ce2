"""Views: pure functions of inputs, computed once per evaluation and shared by all rules that ask for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from chaudit.evidence.input import Facts, Input

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")


@dataclass(frozen=True, eq=False)
class View(Input[T], Generic[T]):
    """A function of other inputs, itself an input."""

    name: str
    needs: tuple[Input[Any], ...]
    compute: Callable[..., T]

    def resolve(self, facts: Facts) -> T:
        """Compute the view from its inputs."""
        return self.compute(*(facts.get(needed) for needed in self.needs))


@overload
def view(a: Input[A], /) -> Callable[[Callable[[A], T]], View[T]]: ...
@overload
def view(a: Input[A], b: Input[B], /) -> Callable[[Callable[[A, B], T]], View[T]]: ...
@overload
def view(a: Input[A], b: Input[B], c: Input[C], /) -> Callable[[Callable[[A, B, C], T]], View[T]]: ...
@overload
def view(a: Input[A], b: Input[B], c: Input[C], d: Input[D], /) -> Callable[[Callable[[A, B, C, D], T]], View[T]]: ...
@overload
def view(
    a: Input[A], b: Input[B], c: Input[C], d: Input[D], e: Input[E], /
) -> Callable[[Callable[[A, B, C, D, E], T]], View[T]]: ...
@overload
def view(
    a: Input[A], b: Input[B], c: Input[C], d: Input[D], e: Input[E], f: Input[F], /
) -> Callable[[Callable[[A, B, C, D, E, F], T]], View[T]]: ...
def view(*needs: Input[Any]) -> Callable[[Callable[..., T]], View[T]]:
    """Turn a function into a view of these inputs, handed over in this order.

    The function is pure: no I/O, clock or randomness. It raises `CannotTellError` or `DoesNotApplyError` where the
    evidence does not carry an answer.
    """

    def decorate(compute: Callable[..., T]) -> View[T]:
        return View(compute.__name__.replace("_", " "), needs, compute)

    return decorate
