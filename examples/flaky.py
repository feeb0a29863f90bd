"""A step that fails the first time and is tried again.

    python examples/flaky.py [--host URL]

The run succeeds. Its `fetch` step shows two attempts, each with its own log and its own end.
"""

import argparse

from kfp import Client, dsl


@dsl.component(base_image='python:3.11')
def fetch(failures: int) -> str:
    """Pretends that something far away answers only after a few tries."""
    import os

    # The server counts the attempts of a step, from 0.
    attempt = int(os.environ.get('KFP_RETRY_INDEX', '0'))
    if attempt < failures:
        raise ConnectionError(f'attempt {attempt}: nobody answers, try again')
    return f'an answer at attempt {attempt}'


@dsl.pipeline(name='flaky', description='Fails, waits a second, succeeds.')
def flaky(failures: int = 1) -> str:
    # Up to three further attempts, with a pause of one second before the first of them.
    fetched = fetch(failures=failures).set_retry(3, backoff_duration='1s', backoff_factor=1.0)
    return fetched.output


if __name__ == '__main__':
    options = argparse.ArgumentParser(description='Run the flaky pipeline.')
    options.add_argument('--host', default='http://127.0.0.1:8888', help='where the server is')
    host = options.parse_args().host

    run = Client(host=host).create_run_from_pipeline_func(flaky, arguments={'failures': 1})
    finished = run.wait_for_run_completion(timeout=600)
    print(f'{finished.display_name}: {finished.state}')
