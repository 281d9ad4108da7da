"""How a verb fails: an exit code, a short code, a sentence, and what to do next."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar, runtime_checkable

from mroom.exits import Exit

P = ParamSpec("P")
R = TypeVar("R")


class Failure(Exception):
    """What a person should read; never a traceback."""

    def __init__(self, exit_code: Exit, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.exit_code, self.code, self.hint = int(exit_code), code, hint


@runtime_checkable
class Explained(Protocol):
    """An exception of any folder of ours that says how it should end a verb (folders below do not import mroom)."""

    exit_code: int
    code: str
    hint: str


def error_document(code: str, message: str, hint: str) -> dict[str, Any]:
    """What `--json` prints when there is nothing else to say."""
    return {"error": {"code": code, "message": message, "hint": hint}}


def _takes_more() -> bool:
    try:
        sys.stdout.flush()
    except OSError:
        return False
    return True


def nothing_more_to_stdout() -> None:
    """What is still in its buffer would else be tried again at the very end, and be told as a traceback."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _end(exit_code: int, code: str, message: str, hint: str, *, as_json: bool) -> NoReturn:
    if as_json:
        try:
            print(json.dumps(error_document(code, message, hint), ensure_ascii=False), flush=True)  # noqa: T201 stdout is the data
        except OSError:
            nothing_more_to_stdout()  # it is stdout that is full or gone; stderr is told
    print(f"mroom: {message}\n  next: {hint}", file=sys.stderr)  # noqa: T201 stderr is the log
    raise SystemExit(exit_code)


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Turn explained exceptions into the promised exit codes; `--json` then prints an error document."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        as_json = bool(kwargs.get("as_json"))
        try:
            try:
                return function(*args, **kwargs)
            finally:
                sys.stdout.flush()  # a full disk or a closed pipe is told here, and not behind our back at the end
        except KeyboardInterrupt:
            _end(130, "interrupted", "interrupted", "run it again; what it had begun was undone", as_json=as_json)
        except BrokenPipeError:
            nothing_more_to_stdout()
            raise SystemExit(1) from None
        except Exception as error:
            if isinstance(error, Explained):
                _end(error.exit_code, error.code, str(error), error.hint, as_json=as_json)
            if isinstance(error, OSError):
                # A write to stdout names no file; what names one leaves stdout whole, for the document.
                where = error.filename or "standard output, or a socket"
                if error.filename is None and not _takes_more():
                    nothing_more_to_stdout()
                message = f"{error.strerror or error}: {where}"
                hint = "mend what the sentence names and run it again"
                if isinstance(error, PermissionError):
                    hint = "run it as root, or as the user to whom that belongs"
                _end(1, "system", message, hint, as_json=as_json)
            raise

    return call
