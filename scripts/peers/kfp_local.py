"""The chain and the fan-out with kfp.local: each task a process of its own, one after the other."""

import json
import pathlib
import tempfile
import time

from kfp import dsl, local

import peer_shapes


def count(number: int) -> int:
    return number + 1


def counting(shape, tasks, component):
    @dsl.pipeline(name='counting')
    def pipeline():
        value = 0
        for number in range(tasks):
            value = component(number=number if shape == 'fan' else value).output
    return pipeline


def main(**settings):
    shape, tasks = peer_shapes.wanted()
    pipeline = counting(shape, tasks, dsl.component(count, base_image='python:3.11', **settings))
    with tempfile.TemporaryDirectory() as folder:
        # The environment is the one this runs in, which has kfp: nothing is installed for a task.
        local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=folder)
        began = time.perf_counter()
        pipeline()
        seconds = time.perf_counter() - began
        files = pathlib.Path(folder).rglob('executor_output.json')
        values = [json.loads(file.read_text())['parameterValues']['Output'] for file in files]
    if len(values) != tasks:
        raise SystemExit(f'{len(values)} tasks have left values, and {tasks} should have')
    peer_shapes.tell(shape, tasks, [max(values)] if shape == 'chain' else values, seconds)


if __name__ == '__main__':
    main()
