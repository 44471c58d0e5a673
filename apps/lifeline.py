"""A pipe from parent to child: when the parent ends, however it ends, the pipe closes and the child ends at once."""

import os
import threading

SUPERVISED = "--supervised"
"""Said on a program's command line: its standard input is such a pipe."""

EXIT_CODE = 3
"""What a program leaves with when its parent is gone; nobody is there to read it but whoever looks at the process."""


def end_with_parent(lifeline: int) -> None:
    """Watch this file descriptor, of which only the parent holds the other end, in a thread of its own.

    The end is not an orderly one: what a worker does is true at every moment, and a parent that was killed is started again at once.
    """
    threading.Thread(target=_wait_for_the_end, args=(lifeline,), name="lifeline", daemon=True).start()


def _wait_for_the_end(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os._exit(EXIT_CODE)
