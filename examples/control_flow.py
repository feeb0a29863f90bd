"""Decide and repeat inside a pipeline: a loop over settings, its results collected, and a branch on the best.

    python examples/control_flow.py [--host URL]
    kfp dsl compile --py examples/control_flow.py --output control_flow.yaml

Run it twice: the second time nothing is computed again, because the inputs and the code are the same.
"""

import argparse
from typing import List

from kfp import Client, dsl


@dsl.component(base_image='python:3.11')
def score(rate: float) -> float:
    """Stands for a training: how good a learning rate is. The best there can be is 1, at a rate of 0.1."""
    return round(1 - abs(rate - 0.1), 3)


@dsl.component(base_image='python:3.11')
def best(scores: List[float]) -> float:
    return max(scores)


@dsl.component(base_image='python:3.11')
def say(text: str) -> str:
    print(text)
    return text


@dsl.pipeline(name='control-flow', description='Tries several rates and decides by the best score.')
def control_flow(rates: List[float] = [0.01, 0.1, 0.5], wanted: float = 0.95) -> str:
    # One pass per rate, at most two at the same time.
    with dsl.ParallelFor(rates, parallelism=2) as rate:
        scored = score(rate=rate)

    # After the loop: the outputs of all passes as one list, in the order of the rates.
    reached = best(scores=dsl.Collected(scored.output))

    # Exactly one of the two branches runs; the other one is skipped and says which condition was false.
    with dsl.If(reached.output >= wanted):
        good = say(text='good enough')
    with dsl.Else():
        bad = say(text='try other rates')

    # The output of whichever branch ran.
    return dsl.OneOf(good.output, bad.output)


if __name__ == '__main__':
    options = argparse.ArgumentParser(description='Run the control flow pipeline.')
    options.add_argument('--host', default='http://127.0.0.1:8888', help='where the server is')
    host = options.parse_args().host

    run = Client(host=host).create_run_from_pipeline_func(control_flow, arguments={})
    finished = run.wait_for_run_completion(timeout=600)
    print(f'{finished.display_name}: {finished.state}')
