"""Runs the public corpus of compiled pipelines through the real kfp client and says what became of each.

    git clone --depth 1 https://github.com/kubeflow/pipelines kfp
    KFP_CHECKOUT=kfp .venv/bin/python scripts/corpus.py               every file of the folders below
    KFP_CHECKOUT=kfp .venv/bin/python scripts/corpus.py essential     only files whose name holds a word

A fresh server on a free port runs them, in a temporary folder; KEEP=1 leaves the folder for a look. The exit status is
1 if a file ended otherwise than it should, 2 if the corpus is not there. docs/conformance.md tells the results.
"""

import concurrent.futures
import contextlib
import io
import os
import pathlib
import re
import sys
import tempfile
import time
import warnings

PROJECT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / 'Tests' / 'EndToEnd'))
import harness  # noqa: E402  Before kfp, whose HOME it sets.
import kfp  # noqa: E402

FOLDERS = ('essential', 'critical', 'parallel_and_nested', 'failing', 'local_execution', 'integration')
# Runs at once. Each has a few tasks; more would only wait for each other.
WORKERS = 4
# Seconds for one file. Most of it is for packages that pip fetches.
PATIENCE = 600

# Values for inputs without a default; a path is below the folder of this corpus run.
INPUTS = {
    'essential/concat_message': {'message1': 'one', 'message2': 'two'},
    'essential/dict_input': {'struct': {'a': 1, 'b': [True, None]}},
    'essential/lightweight_python_functions_pipeline': {'message': 'hello'},
    'essential/lightweight_python_functions_with_outputs': {
        'first_message': 'one', 'first_number': 1, 'second_message': 'two', 'second_number': 2},
    'critical/add_numbers': {'a': 2, 'b': 3},
    'local_execution/local_execution_pipeline_with_ignore_upstream_failure': {'marker_path': '{folder}/marker'},
    'local_execution/local_execution_pipeline_with_retry': {'counter_path': '{folder}/counter'},
}

# Objects that the pipelines take for granted.
SECRETS = {
    'test-secret-1': ['username=user1', 'password=psw1'],
    'test-secret-2': ['password=psw1'],
    'test-secret-3': ['password=psw2'],
}

# Files whose steps use what came with a later SDK than the one they install; they get the one the tests run with.
NEWER = {
    'essential/embedded_artifact': 'EmbeddedInput',
    'critical/pipeline_with_artifact_custom_path': 'Artifact.set_path',
}

# Files that are to end otherwise than SUCCEEDED, with the reason.
FAILING = {
    'failing/fail_v2': 'its step fails on purpose',
    'failing/pipeline_with_exit_handler': 'a step of the body fails on purpose',
    'failing/pipeline_with_multiple_exit_handlers': 'a step of a body fails on purpose',
    'local_execution/local_execution_pipeline_with_ignore_upstream_failure':
        'its first step fails on purpose; that the second one runs does not mend the run',
    'critical/pipeline_with_input_status_state':
        'it insists on the status COMPLETE, and Martlet says SUCCEEDED, as the documentation of the SDK does',
}

# Files that need more than this machine. They are run all the same, and may end in any way.
ELSEWHERE = {
    'critical/modelcar': 'a model in a container image: needs --pods podman and that image',
    'critical/pipeline_with_artifact_upload_download': 'the network: a data set of huggingface.co',
    'local_execution/local_execution_pipeline_with_k8s_only_methods': 'an NVIDIA GPU',
    'integration/ray_integration_compiled': 'a Kubernetes cluster with Ray',
}


class Outcome:
    """What became of one file."""

    def __init__(self, name, expected, got, reason, seconds):
        self.name, self.expected, self.got, self.reason, self.seconds = name, expected, got, reason, seconds

    @property
    def is_good(self):
        return self.got == self.expected or self.expected == 'elsewhere' and self.got != 'STUCK'


def corpus(words):
    """The files by name, such as `critical/flip_coin`."""
    checkout = os.environ.get('KFP_CHECKOUT')
    if not checkout:
        stop('set KFP_CHECKOUT to a checkout of https://github.com/kubeflow/pipelines')
    root = pathlib.Path(checkout) / 'test_data' / 'sdk_compiled_pipelines' / 'valid'
    files = {f'{folder}/{path.stem}': path for folder in FOLDERS for path in sorted((root / folder).glob('*.yaml'))}
    if not files:
        stop(f'there are no pipelines at {root}; is KFP_CHECKOUT a checkout of kubeflow/pipelines?')
    chosen = {name: path for name, path in files.items() if not words or any(word in name for word in words)}
    return chosen or stop(f'no file has any of these words in its name: {", ".join(words)}')


def stop(message):
    print(f'corpus: {message}', file=sys.stderr)
    sys.exit(2)


def run(name, path, server, folder):
    """Runs one file and compares."""
    expected = 'FAILED' if name in FAILING else 'elsewhere' if name in ELSEWHERE else 'SUCCEEDED'
    arguments = {key: value.format(folder=folder) if isinstance(value, str) else value
                 for key, value in INPUTS.get(name, {}).items()}
    began = time.monotonic()
    if name in NEWER:
        path = with_own_sdk(path, folder)
    got, reason = attempt(path, arguments, server)
    known = FAILING.get(name) if got == expected else ELSEWHERE.get(name)
    return Outcome(name, expected, got, known or reason, time.monotonic() - began)


def with_own_sdk(path, folder):
    """A copy of a file whose steps install the SDK that runs here."""
    copy = folder / path.name
    copy.write_text(re.sub(r'kfp==[0-9.]+', f'kfp=={kfp.__version__}', path.read_text()))
    return copy


def attempt(path, arguments, server):
    """Submits a file as a user does, waits for its end, and returns the state and the reason."""
    try:
        client = kfp.Client(host=server.url)
        run_id = client.create_run_from_pipeline_package(str(path), arguments, enable_caching=None).run_id
    except Exception as error:  # Whatever the SDK raises is this file's outcome, and the others still run.
        return 'REFUSED', said(error)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        run = server.get(f'/runs/{run_id}')
        if run.get('state') in harness.FINAL_RUN_STATES:
            return run['state'], (run.get('error') or {}).get('message', '')
        time.sleep(0.2)
    server.request('POST', f'{harness.API}/runs/{run_id}:terminate')
    return 'STUCK', f'still {run.get("state")} after {PATIENCE} s'


def said(error):
    """The sentence in what a client raises: the server's, if it sent one."""
    body = getattr(error, 'body', None)
    if body:
        return harness.Answer(error.status, body.encode() if isinstance(body, str) else body, {}).message
    return f'{type(error).__name__}: {error}'


def table(outcomes):
    """Prints a row a file, and the sum."""
    width = max(len(outcome.name) for outcome in outcomes)
    print(f'\n  {"file":{width}} {"expected":10}{"got":10}{"seconds":>8}  reason')
    for outcome in outcomes:
        mark = ' ' if outcome.is_good else '!'
        reason = ' '.join(outcome.reason.split())
        print(f'{mark} {outcome.name:{width}} {outcome.expected:10}{outcome.got:10}{outcome.seconds:8.1f}  '
              f'{reason[:160]}')
    good = [outcome for outcome in outcomes if outcome.is_good]
    counts = {word: sum(outcome.expected == word for outcome in good) for word in
              ('SUCCEEDED', 'FAILED', 'elsewhere')}
    print(f'\n{len(outcomes)} files: {counts["SUCCEEDED"]} succeeded, {counts["FAILED"]} failed as they should, '
          f'{counts["elsewhere"]} need what this machine does not have, {len(outcomes) - len(good)} not as expected')
    return len(good) == len(outcomes)


def main():
    files = corpus(sys.argv[1:])
    folder = pathlib.Path(tempfile.mkdtemp(prefix='martlet-corpus-'))
    server = harness.Server(folder / 'data')
    try:
        for secret, values in SECRETS.items():
            harness.command('secrets', 'set', secret, *values, '--data-dir', str(folder / 'data')).check_returncode()
        server.start()
        # The SDK prints links for notebooks and warns of versions that no file here can have.
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), \
                concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
            warnings.simplefilter('ignore')
            runs = [workers.submit(run, name, path, server, folder) for name, path in files.items()]
            for done in concurrent.futures.as_completed(runs):
                outcome = done.result()
                print(f'  {outcome.got:10} {outcome.name}', file=sys.stderr, flush=True)
        return 0 if table([done.result() for done in runs]) else 1
    finally:
        server.stop()
        harness.leftovers(harness.SDK_HOME)
        if os.environ.get('KEEP', '') in ('', '0'):
            harness.leftovers(folder)
        else:
            print(f'the data is in {folder}', file=sys.stderr)


if __name__ == '__main__':
    sys.exit(main())
