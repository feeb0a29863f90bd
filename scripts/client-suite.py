"""Runs the client tests of KFP's own SDK, unmodified, against a Martlet server of their own.

    KFP_CHECKOUT=/path/to/kubeflow/pipelines .venv/bin/python scripts/client-suite.py [pytest's options]

The checkout is one of https://github.com/kubeflow/pipelines; nothing in it is changed. A debug build must be there
(scripts/build.sh debug), or $MARTLET_BINARY name another.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / 'Tests' / 'EndToEnd'))

import harness  # noqa: E402


def main():
    checkout = pathlib.Path(os.environ.get('KFP_CHECKOUT', ''))
    suite = checkout / 'sdk' / 'python' / 'test'
    if not os.environ.get('KFP_CHECKOUT') or not (suite / 'client' / 'client_test.py').exists():
        raise SystemExit('client-suite: set KFP_CHECKOUT to a checkout of https://github.com/kubeflow/pipelines')
    with tempfile.TemporaryDirectory() as folder:
        server = harness.Server(pathlib.Path(folder) / 'data').start()
        try:
            done = subprocess.run(
                [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'client/client_test.py', *sys.argv[1:]],
                cwd=suite, env={**os.environ, 'apiUrl': server.url, 'PYTHONPATH': str(checkout.resolve()),
                                'PYTHONDONTWRITEBYTECODE': '1'})
        finally:
            server.stop()
            harness.leftovers(harness.SDK_HOME)
    raise SystemExit(done.returncode)


if __name__ == '__main__':
    main()
