#!/usr/bin/env python3
"""Kills a server at random moments while it works and checks that nobody can tell; see docs/reliability.md.

    .venv/bin/python scripts/crash.py --points 2000 --seed 7
"""

import argparse
import pathlib
import random
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'Tests' / 'EndToEnd'))

import harness  # noqa: E402  Before what imports kfp, whose HOME it sets.
import crashes  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--points', type=int, default=1000, help='how many times to kill (1000)')
    parser.add_argument('--seed', type=int, default=random.randrange(1 << 32), help='of the moments (drawn)')
    parser.add_argument('--at-once', type=int, default=6, help='runs that go on at the same time (6)')
    parser.add_argument('--parallelism', type=int, default=4, help='steps that run at the same time (4)')
    options = parser.parse_args()

    folder = pathlib.Path(tempfile.mkdtemp(prefix='martlet-crash-'))
    server = harness.Server(folder / 'data', ['--parallelism', str(options.parallelism)])
    print(f'{options.points} points, seed {options.seed}, in {folder}', flush=True)

    def told(number):
        if number % 50 == 0:
            print(f'{number} points', flush=True)

    try:
        server.start()
        outcome = crashes.kill_and_compare(
            server, folder, options.points, options.seed, options.at_once, told)
    finally:
        if server.process is not None:
            server.kill()
        harness.leftovers(harness.SDK_HOME)
    counts = ', '.join(f'{count} {kind}' for kind, count in sorted(outcome.points.items()))
    print(f'{outcome.runs} runs, killed {sum(outcome.points.values())} times ({counts}) '
          f'in {outcome.seconds:.0f} s: {len(outcome.trouble)} differences')
    for line in outcome.trouble[:50]:
        print('  ' + line)
    if outcome.trouble:
        print(f'Everything is kept in {folder}')
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
