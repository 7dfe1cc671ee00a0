"""What was read from the database, remembered by this process until the data change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

from django.db import connection

from nelm_review.core import changes

Given = ParamSpec("Given")
Found = TypeVar("Found")


def remembered(most: int) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """Remember the last `most` answers of a function of hashable arguments, for this state of the data.

    Each call asks for that state: one small query. A change anywhere forgets everything, in every process at
    its next call. Inside a transaction nothing is remembered: what is not committed may be undone.
    """

    def decorate(read: Callable[Given, Found]) -> Callable[Given, Found]:
        answers: OrderedDict[Hashable, Found] = OrderedDict()
        lock = Lock()
        state = ""

        @wraps(read)
        def recall(*args: Given.args, **kwargs: Given.kwargs) -> Found:
            nonlocal state
            if connection.in_atomic_block:
                return read(*args, **kwargs)
            now, asked = changes.stamp(), (args, tuple(sorted(kwargs.items())))
            with lock:
                if now != state:
                    answers.clear()
                    state = now
                if asked in answers:
                    answers.move_to_end(asked)
                    return answers[asked]
            found = read(*args, **kwargs)
            with lock:
                # Another thread may have seen a newer state meanwhile.
                if now == state:
                    answers[asked] = found
                    while len(answers) > most:
                        answers.popitem(last=False)
            return found

        return recall

    return decorate
