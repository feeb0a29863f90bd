"""The chain and the fan-out with Dagster: its store on SQLite, two processes at a time, each task one of its own."""

import os
import time

from dagster import DagsterInstance, Out, execute_job, graph, multiprocess_executor, op, reconstructable

import peer_shapes


@op
def count(value: int) -> int:
    return value + 1


def counting():
    """The job; its processes make it again, so that its shape comes from where they see it, too."""
    shape, tasks = os.environ['COUNTING_SHAPE'], int(os.environ['COUNTING_TASKS'])
    names = [f'number_{number}' for number in range(tasks if shape == 'fan' else 1)]

    @op(out={name: Out(int) for name in names})
    def numbers():
        return tuple(range(len(names))) if len(names) > 1 else 0

    @graph
    def counting_graph():
        made = numbers()
        values = list(made) if len(names) > 1 else [made]
        for number in range(1, tasks + 1):
            value = count.alias(f'count_{number}')(values[-1] if shape == 'chain' else values[number - 1])
            if shape == 'chain':
                values.append(value)

    # A server that has Dagster imported already forks the processes, which is the quickest way it knows.
    return counting_graph.to_job(executor_def=multiprocess_executor.configured(
        {'max_concurrent': 2, 'start_method': {'forkserver': {'preload_modules': ['dagster', 'dagster_tasks']}}}))


def main():
    shape, tasks = peer_shapes.wanted()
    os.environ.update(COUNTING_SHAPE=shape, COUNTING_TASKS=str(tasks))
    job = reconstructable(counting)
    with DagsterInstance.local_temp() as instance:
        began = time.perf_counter()
        with execute_job(job, instance=instance, raise_on_error=True) as result:
            seconds = time.perf_counter() - began
            last = [tasks] if shape == 'chain' else range(1, tasks + 1)
            values = [result.output_for_node(f'count_{number}') for number in last]
    peer_shapes.tell(shape, tasks, values, seconds)


if __name__ == '__main__':
    main()
