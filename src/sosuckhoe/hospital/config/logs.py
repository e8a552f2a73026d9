"""Log lines without personal data: an exception is told by its kind and place, never by its message.

Messages quote values (PostgreSQL's "Key (value)=(…) already exists"); what is needed to help is the place.
"""

import logging
import traceback
from types import TracebackType


class PlaceOnly(logging.Formatter):
    """Formats an exception as the lines of code it went through and its kind."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        kind, problem, trace = ei
        lines = []
        while kind is not None:
            lines.append(f"{kind.__module__}.{kind.__qualname__}")
            lines += [
                f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
            ]
            problem = problem and (problem.__cause__ or problem.__context__)
            kind, trace = (type(problem), problem.__traceback__) if problem else (None, None)
        return "\n".join(lines)
