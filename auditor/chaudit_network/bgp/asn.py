"""Numbers of autonomous systems, in any of their spellings."""

from chaudit import CannotTellError, printable

_LARGEST = 2**32 - 1
_HALF = 2**16


def parse_asn(text: int | str) -> int:
    """Return the number of `64512`, `"64512"` or `"1.10"` (RFC 5396), 0 where none is given.

    Raises:
        CannotTellError: it is none.
    """
    words = str(text).split(".")
    try:
        numbers = [int(word) for word in words] if text else [0]
    except ValueError:
        numbers = []
    match numbers:
        case [number] if 0 <= number <= _LARGEST:
            return number
        case [high, low] if 0 <= high < _HALF and 0 <= low < _HALF:
            return high * _HALF + low
    raise CannotTellError(f"'{printable(str(text))}' is not an AS number")
