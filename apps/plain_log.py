"""The log of a worker: one line for each event, errors in one sentence; where an error came from only at debug level, and its own message never."""

import logging
import sys
import traceback
from typing import Any, TextIO

from apps.failures import explain

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
MOMENT = "%Y-%m-%dT%H:%M:%S"
QUIET = {
    "aiokafka": logging.CRITICAL,
    "kafka": logging.CRITICAL,
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "abc": logging.WARNING,
    "streams.runs": logging.WARNING,
}
"""Libraries that speak too much: Kafka's repeat a broken connection many times a second and quote messages at debug level, which the worker
says once; Faust (`abc` and `streams.runs` are its classes too) tells of each of its parts that starts and stops."""


class PlainFormatter(logging.Formatter):
    """Writes errors by `explain`, both those logged as such and those among a line's arguments, since their own words may quote a record."""

    def __init__(self, *, frames: bool) -> None:
        super().__init__(LINE, MOMENT)
        self._frames = frames

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; the file and line of each frame follow where frames are wanted."""
        plain = logging.makeLogRecord(record.__dict__)
        plain.args = _explained(record.args)
        plain.exc_info = plain.exc_text = plain.stack_info = None
        error = record.exc_info[1] if record.exc_info else None
        text = super().format(plain).rstrip()
        if error is not None and self._frames:
            text += "\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip()
        return text


def set_up_log(level: str, stream: TextIO = sys.stdout) -> None:
    """Let every logger of this process write plain lines of this level (a name like INFO) and above to the stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter(frames=level == "DEBUG"))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)


def _explained(args: Any) -> Any:
    if isinstance(args, tuple):
        return tuple(explain(one) if isinstance(one, BaseException) else one for one in args)
    return args
