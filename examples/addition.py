"""The smallest pipeline with something to look at: two additions, one after the other.

    python examples/addition.py                              # runs on http://127.0.0.1:8888
    python examples/addition.py --host http://127.0.0.1:9000 # ... or elsewhere

With a = 1, b = 2, c = 10 the first step gives 3 and the pipeline gives 13.
"""

import argparse

from kfp import Client, dsl


# A component is a Python function. It runs on its own, in a Python environment of its own,
# so whatever it needs is imported inside of it.
@dsl.component(base_image='python:3.11')
def add(a: float, b: float) -> float:
    print(f'{a} + {b} = {a + b}')
    return a + b


# A pipeline says which component's output goes where. Nothing runs while this function is called:
# `first.output` stands for a value that will exist later.
@dsl.pipeline(name='addition', description='Adds a and b, then c.')
def addition(a: float = 1.0, b: float = 2.0, c: float = 10.0) -> float:
    first = add(a=a, b=b)
    second = add(a=first.output, b=c)
    return second.output


if __name__ == '__main__':
    options = argparse.ArgumentParser(description='Run the addition pipeline.')
    options.add_argument('--host', default='http://127.0.0.1:8888', help='where the server is')
    host = options.parse_args().host

    run = Client(host=host).create_run_from_pipeline_func(addition, arguments={'a': 1, 'b': 2, 'c': 10})
    finished = run.wait_for_run_completion(timeout=600)
    print(f'{finished.display_name}: {finished.state}')
