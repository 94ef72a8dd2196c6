"""Work done ahead of who asks for it, in threads; what none of them has begun, the asker does.

Invariant: nobody waits for a thread that has not begun.  Where memory is short, one may never: its
start would then be waited for without end by what `threading` and `concurrent.futures` do.
"""

import threading
from _thread import start_new_thread
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from queue import SimpleQueue
from typing import Any


class Task:
    """A call of `work`, made by whoever comes first."""

    __slots__ = ("at", "begun", "ended", "error", "result", "work")

    def __init__(self, work: Callable[..., Any], at: tuple[Any, ...]) -> None:
        self.work, self.at = work, at
        self.begun, self.ended = threading.Lock(), threading.Lock()
        self.ended.acquire()
        self.result: Any = None
        self.error: BaseException | None = None

    def begin(self) -> bool:
        """True for the first who asks, who is then to run it."""
        return self.begun.acquire(blocking=False)

    def run(self) -> None:
        """Make the call, and keep what comes of it."""
        try:
            self.result = self.work(*self.at)
        except Exception as error:  # raised again where the result is asked for
            self.error = error
        except BaseException as error:  # Ctrl-C, where the asker runs it
            self.error = error
            raise
        finally:
            self.ended.release()


def ahead(work: Callable[..., Any], each: Iterable[tuple[Any, ...]], workers: int) -> Iterator[Any]:
    """work(*at) for each, in order, by so many workers: this thread, and others that run ahead.

    Each worker is at most two ahead.  An error is raised in its turn; what was begun has ended
    when this ends, however it ends.
    """
    tasks: SimpleQueue[Task | None] = SimpleQueue()
    waiting: deque[Task] = deque()
    rest = iter(each)

    def add(count: int) -> None:
        for at in islice(rest, count):
            waiting.append(Task(work, at))
            tasks.put(waiting[-1])

    def serve() -> None:
        while (task := tasks.get()) is not None:
            if task.begin():
                task.run()

    try:
        add(2 * workers)
        for _ in range(workers - 1):
            try:
                start_new_thread(serve, ())
            except RuntimeError:  # as many as the system gives
                break
        while waiting:
            task = waiting.popleft()
            if task.begin():
                task.run()
            while not task.ended.acquire(blocking=False):  # another runs it: the next meanwhile
                mine = next((later for later in waiting if later.begin()), None)
                if mine is None:
                    task.ended.acquire()
                    break
                mine.run()
            if task.error is not None:
                raise task.error
            yield task.result
            add(1)
    finally:
        for _ in range(workers - 1):
            tasks.put(None)
        for task in waiting:
            if not task.begin():
                task.ended.acquire()
