"""The demo: starts a server, submits examples/addition.py with the real kfp SDK, follows it, checks the outputs.

    make demo            from a clean checkout to the result
    KEEP=1 make demo     ... and leave the server running

Works on a free loopback port and in a temporary folder; nothing outside of it is changed.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings

PROJECT = pathlib.Path(__file__).resolve().parent.parent
ARGUMENTS = {'a': 1, 'b': 2, 'c': 10}
EXPECTED = {'add': 3, 'add-2': 13, 'root': 13}
READY = re.compile(r'Martlet is ready at (http://\S+)')


def main():
    keep = os.environ.get('KEEP', '') not in ('', '0')
    folder = pathlib.Path(tempfile.mkdtemp(prefix='martlet-demo-'))
    # pip must never touch the person's own Python, whatever goes wrong.
    environment = {**os.environ, 'PIP_REQUIRE_VIRTUALENV': '1'}
    # The SDK keeps settings below HOME; the demo neither reads nor writes the person's own.
    os.environ['HOME'] = str(folder / 'sdk-home')
    server = None
    try:
        server, url = start(folder, environment)
        print(f'A Martlet server answers at {url}')
        run_id = submit(url)
        follow(run_id, url, environment)
        check(run_id, url)
        if keep:
            print(f'\nThe server goes on at {url}\n'
                  f'  its data and log   {folder}\n'
                  f'  look again         {program()} runs get {run_id} --endpoint {url}\n'
                  f'  stop it            kill {server.pid}')
    except (DemoError, subprocess.TimeoutExpired) as error:
        print(f'\nThe demo did not work: {error}', file=sys.stderr)
        if server is not None:
            print(f'The end of the server\'s log:\n{tail(folder / "server.log")}', file=sys.stderr)
        keep = False
        return 1
    finally:
        if not keep:
            stop(server)
            shutil.rmtree(folder, ignore_errors=True)
    return 0


class DemoError(Exception):
    """What went wrong, as a sentence."""


def program():
    """The server's program: $MARTLET_BINARY, or the debug build."""
    return os.environ.get('MARTLET_BINARY') or str(PROJECT / '.build' / 'debug' / 'martlet')


def start(folder, environment):
    """Starts the server on a free port and waits until it says that it is ready."""
    if not os.access(program(), os.X_OK):
        raise DemoError(f'{program()} is not there; build it with: scripts/build.sh debug')
    # Its output goes to a file and not to a pipe, which would break under a server that outlives the demo.
    with open(folder / 'server.log', 'w') as log:
        server = subprocess.Popen(
            [program(), 'serve', '--host', '127.0.0.1', '--port', '0', '--data-dir', str(folder / 'data')],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment,
            # Ctrl-C is for the demo; with KEEP=1 the server goes on.
            start_new_session=True)
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        found = READY.search((folder / 'server.log').read_text(errors='replace'))
        if found:
            return server, found.group(1)
        time.sleep(0.01)
    said = tail(folder / 'server.log')
    stop(server)
    raise DemoError(f'the server did not become ready. It said:\n{said}')


def stop(server):
    """Ends the server politely, and firmly if it does not listen."""
    if server is None or server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def submit(url):
    """Submits the example as a notebook would."""
    # The SDK warns of servers older than ours, and prints links to web pages, which are still to come.
    warnings.filterwarnings('ignore', category=FutureWarning)
    sys.path.insert(0, str(PROJECT / 'examples'))
    import kfp
    from addition import addition

    print('Submitting examples/addition.py with kfp', kfp.__version__)
    with contextlib.redirect_stdout(io.StringIO()):
        run = kfp.Client(host=url).create_run_from_pipeline_func(addition, arguments=ARGUMENTS, run_name='demo')
    return run.run_id


def follow(run_id, url, environment):
    """Shows the run live until it ends. The first one also builds a Python environment, which takes a moment."""
    status = subprocess.run([program(), 'runs', 'get', run_id, '--follow', '--endpoint', url],
                            env=environment, timeout=600).returncode
    if status != 0:
        raise DemoError(f'following the run ended with status {status}')


def check(run_id, url):
    """Fetches the outputs over REST and compares them with what the examples promise."""
    run = get(url, f'/runs/{run_id}')
    if run.get('state') != 'SUCCEEDED':
        raise DemoError(f'the run is {run.get("state")}: {run.get("error", {}).get("message", "no reason given")}')
    outputs = {}
    for task in get(url, f'/runs/{run_id}/tasks?page_size=200').get('tasks', []):
        for parameter in task.get('outputs', {}).get('parameters', []):
            outputs[task['task_id'].removeprefix(run_id + '.')] = parameter['value']
    if outputs != EXPECTED:
        raise DemoError(f'expected the outputs {EXPECTED}, found {outputs}')
    arguments = ', '.join(f'{name} = {value}' for name, value in ARGUMENTS.items())
    print(f'\nThe outputs over REST, as promised, for {arguments}:')
    for task in EXPECTED:
        print(f'  {"the pipeline" if task == "root" else task:14}{outputs[task]}')
    print(f'Details: {url}/apis/v2beta1/runs/{run_id}')


def get(url, path):
    # Whatever proxy the person uses is not meant for this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f'{url}/apis/v2beta1{path}', timeout=30) as answer:
            return json.load(answer)
    except OSError as error:
        raise DemoError(f'GET {path} failed: {error}') from error


def tail(path, lines=20):
    return '\n'.join(path.read_text(errors='replace').splitlines()[-lines:]) or '(nothing)'


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
