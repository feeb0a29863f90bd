"""The chain and the fan-out with Prefect: its own temporary server on SQLite, tasks in two threads of one process."""

import time

from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner

import peer_shapes


@task
def count(number):
    return number + 1


@flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
def chain(tasks):
    value = 0
    for _ in range(tasks):
        value = count.submit(value)
    return [value.result()]


@flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
def fan(tasks):
    return [future.result() for future in count.map(range(tasks))]


def main():
    shape, tasks = peer_shapes.wanted()
    # Its temporary server starts with the first run, which takes seconds, and not always as many.
    chain(1)
    began = time.perf_counter()
    values = {'chain': chain, 'fan': fan}[shape](tasks)
    peer_shapes.tell(shape, tasks, values, time.perf_counter() - began)


if __name__ == '__main__':
    main()
