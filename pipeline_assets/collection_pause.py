"""A pause of Python's search for cycles, for work that makes very many objects at once.

Not here: what is made.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Pause the garbage collector.

    A hundred thousand changes are alive at once, none of them in a cycle: searching for cycles doubled the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
