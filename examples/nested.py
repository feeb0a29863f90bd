"""A pipeline used as a step of another one.

    python examples/nested.py [--host URL]
    kfp dsl compile --py examples/nested.py --function nested --output nested.yaml

`normalise` is an ordinary pipeline with inputs and outputs. `nested` calls it twice, like a component,
and in the run each call is a group of its own with its steps inside.
"""

import argparse
from typing import List, NamedTuple

from kfp import Client, dsl


@dsl.component(base_image='python:3.11')
def smallest_and_largest(numbers: List[float]) -> NamedTuple('Range', [('low', float), ('high', float)]):
    """Several outputs at once: each field of the tuple is one."""
    from collections import namedtuple

    return namedtuple('Range', ['low', 'high'])(min(numbers), max(numbers))


@dsl.component(base_image='python:3.11')
def rescale(numbers: List[float], low: float, high: float) -> List[float]:
    return [(number - low) / (high - low) for number in numbers]


@dsl.component(base_image='python:3.11')
def total(left: List[float], right: List[float]) -> float:
    return sum(left) + sum(right)


@dsl.pipeline(name='normalise', description='Moves numbers into the range from 0 to 1.')
def normalise(numbers: List[float]) -> List[float]:
    limits = smallest_and_largest(numbers=numbers)
    rescaled = rescale(numbers=numbers, low=limits.outputs['low'], high=limits.outputs['high'])
    return rescaled.output


@dsl.pipeline(name='nested', description='Normalises two lists and adds them up.')
def nested(left: List[float] = [2, 4, 6], right: List[float] = [10, 30, 50, 50]) -> float:
    a = normalise(numbers=left)
    b = normalise(numbers=right)
    return total(left=a.output, right=b.output).output


if __name__ == '__main__':
    options = argparse.ArgumentParser(description='Run the nested pipeline.')
    options.add_argument('--host', default='http://127.0.0.1:8888', help='where the server is')
    host = options.parse_args().host

    run = Client(host=host).create_run_from_pipeline_func(nested, arguments={})
    finished = run.wait_for_run_completion(timeout=600)
    print(f'{finished.display_name}: {finished.state}')
