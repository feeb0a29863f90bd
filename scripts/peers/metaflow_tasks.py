"""The chain and the fan-out with Metaflow: its local store, two processes at a time, each task one of its own.

Metaflow reads the graph of a flow from its source, so that a chain has to be written out.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

import peer_shapes

FAN = """from metaflow import FlowSpec, step


class Counting(FlowSpec):
    @step
    def start(self):
        self.numbers = list(range({tasks}))
        self.next(self.count, foreach='numbers')

    @step
    def count(self):
        self.value = self.input + 1
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.values = [each.value for each in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == '__main__':
    Counting()
"""

CHAIN_HEAD = """from metaflow import FlowSpec, step


class Counting(FlowSpec):
    @step
    def start(self):
        self.value = 0
        self.next(self.count_1)
"""
CHAIN_STEP = """
    @step
    def count_{number}(self):
        self.value += 1
        self.next(self.{following})
"""
CHAIN_TAIL = """
    @step
    def end(self):
        self.values = [self.value]


if __name__ == '__main__':
    Counting()
"""


def source(shape, tasks):
    if shape == 'fan':
        return FAN.format(tasks=tasks)
    followings = [f'count_{number + 1}' for number in range(1, tasks)] + ['end']
    steps = [CHAIN_STEP.format(number=number, following=following)
             for number, following in enumerate(followings, start=1)]
    return CHAIN_HEAD + ''.join(steps) + CHAIN_TAIL


def main():
    shape, tasks = peer_shapes.wanted()
    with tempfile.TemporaryDirectory() as folder:
        os.environ['METAFLOW_DATASTORE_SYSROOT_LOCAL'] = folder
        flow = pathlib.Path(folder) / 'counting.py'
        flow.write_text(source(shape, tasks))
        began = time.perf_counter()
        subprocess.run([sys.executable, flow, '--quiet', '--no-pylint', 'run', '--max-workers', '2',
                        '--max-num-splits', str(tasks + 1)], check=True, cwd=folder, stdout=sys.stderr)
        seconds = time.perf_counter() - began
        # It reads its settings when it is imported.
        from metaflow import Flow, namespace
        namespace(None)
        values = Flow('Counting').latest_run.data.values
    peer_shapes.tell(shape, tasks, values, seconds)


if __name__ == '__main__':
    main()
