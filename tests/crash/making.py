"""Starting Python a hundred times costs minutes, so one process loads a program and then only forks: it reads orders from
its input, a line of JSON each, and answers with the number of the process it made, or how one ended."""

import gc
import json
import os
import sys
from collections.abc import Callable
from typing import Any


def keep_making(act: Callable[[dict[str, Any]], None]) -> None:
    """Make processes until the input ends; ``act`` is one, and does not return."""
    gc.freeze()  # or each one would copy the pages of all that is loaded, by looking whether it is still used
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], os.WUNTRACED)
            print(status, flush=True)
        else:
            pid = os.fork()
            if pid == 0:
                act(order)
            print(pid, flush=True)
