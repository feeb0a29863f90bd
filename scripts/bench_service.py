"""What the service answers with a million runs in its database, beside a route that does nothing.

    make bench-service                                  a table
    make bench-service BENCH='--runs 10000 --json f'    with fewer runs, and the numbers as a file
    .venv/bin/python scripts/bench_service.py --only pages --json .bench/service.json

Sixteen connections ask as fast as they get answers, and once more at a fixed rate that leaves the server some air;
the times of the second kind are what a person feels. Nothing is asserted: the numbers are for people to compare.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

import bench_pages
from bench import PROJECT, Server, compiled, machine, shell_chain

EXPERIMENTS = 50
CONNECTIONS = 16
# Requests a second of the second kind; a crowd of a hundred pages that each look every second.
RATE = 100

# The runs, in one statement: over two years, most of them over well, in experiments of equal size, with words in
# their names, and with the tasks of the first one. Nothing else of a run is made; lists and single runs read no more.
SEED = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :runs)
INSERT INTO runs ({columns})
SELECT {values} FROM numbers CROSS JOIN (SELECT * FROM runs LIMIT 1) AS first
"""
MADE = {
    'id': "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || "
          "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))",
    'experiment_id': f"'{{experiment}}' || printf('%04d', n % {EXPERIMENTS})",
    'display_name': "printf('%s %s %d', "
                    "CASE n % 7 WHEN 0 THEN 'train' WHEN 1 THEN 'evaluate' WHEN 2 THEN 'nightly' WHEN 3 THEN 'tune' "
                    "WHEN 4 THEN 'backfill' WHEN 5 THEN 'deploy' ELSE 'report' END, "
                    "CASE n % 5 WHEN 0 THEN 'resnet' WHEN 1 THEN 'bert' WHEN 2 THEN 'xgboost' WHEN 3 THEN 'whisper' "
                    "ELSE 'baseline' END, n)",
    'state': "CASE WHEN n % 50 = 0 THEN 'CANCELED' WHEN n % 9 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END",
    'storage_state': "CASE WHEN n % 4 = 0 THEN 'ARCHIVED' ELSE 'AVAILABLE' END",
    'created_at': 'first.created_at - n * 63000',
    'scheduled_at': 'first.created_at - n * 63000',
    'finished_at': 'first.created_at - n * 63000 + n % 600 * 1000',
}

SEED_TASKS = """
INSERT INTO tasks ({columns})
SELECT {values} FROM runs CROSS JOIN temp.first_tasks AS first WHERE runs.id <> first.run_id ORDER BY runs.id
"""
MADE_TASKS = {'run_id': 'runs.id', 'state': 'runs.state', 'created_at': 'runs.created_at',
              'started_at': 'runs.created_at', 'ended_at': 'runs.finished_at'}


def seed(data, runs):
    """Makes runs like the one that is there; returns the id that begins those of the experiments."""
    connection = sqlite3.connect(data / 'martlet.db')
    with connection:
        first = connection.execute('SELECT experiment_id FROM runs').fetchone()[0]
        prefix = first[:-4]
        columns = [row[1] for row in connection.execute('PRAGMA table_info (experiments)')]
        for number in range(EXPERIMENTS):
            made = {'id': f"'{prefix}{number:04}'", 'display_name': f"'experiment {number}'"}
            connection.execute(
                f'INSERT OR IGNORE INTO experiments ({", ".join(columns)}) SELECT '
                f'{", ".join(made.get(name, name) for name in columns)} FROM experiments WHERE id = ?', (first,))
        columns = [row[1] for row in connection.execute('PRAGMA table_info (runs)')]
        made = {name: sql.format(experiment=prefix) for name, sql in MADE.items()}
        connection.execute(
            SEED.format(columns=', '.join(columns),
                        values=', '.join(made.get(name, f'first.{name}') for name in columns)), {'runs': runs})
        connection.execute('CREATE TEMP TABLE first_tasks AS SELECT * FROM tasks')
        columns = [row[1] for row in connection.execute('PRAGMA table_info (tasks)')]
        connection.execute(SEED_TASKS.format(
            columns=', '.join(columns),
            values=', '.join(MADE_TASKS.get(name, f'first.{name}') for name in columns)))
    connection.close()
    return prefix


class Load:
    """The load generator on one server."""

    def __init__(self, program, url, options):
        self.program, self.url, self.options = program, f'{url}/apis/v2beta1', options

    def ask(self, method, path, body=None, rate=0, seconds=None):
        arguments = [self.program, method, self.url + path, str(CONNECTIONS), str(seconds or self.options.seconds),
                     str(rate)]
        if body is not None:
            arguments.append(json.dumps(body))
        done = subprocess.run(arguments, check=True, capture_output=True, text=True)
        answer = json.loads(done.stdout)
        if answer['failures']:
            raise SystemExit(f'bench: {method} {path}: {answer["failures"]} of {answer["count"]} were refused')
        return answer


def fill(options, folder):
    """Makes a data directory with as many runs as are wanted; returns what the questions need to know of it."""
    server = Server(options.program, folder)
    server.run_only(compiled(shell_chain(1)), {})
    one = server.call('GET', '/runs?page_size=1')['runs'][0]
    pipeline = json.loads(upload(server.url, compiled(shell_chain(1))))
    server.stop()
    began = time.perf_counter()
    prefix = seed(folder / 'data', options.runs)
    seeded = time.perf_counter() - began
    size = (folder / 'data' / 'martlet.db').stat().st_size / 1e6
    print(f'  made {options.runs:,} runs in {seeded:.0f} s: {size:.0f} MB', file=sys.stderr)
    return one, pipeline, prefix, seeded, size


def measure_pages(options, folder, prefix, pipeline):
    # A start of its own: what a load has left in memory is not what a person's server has.
    where = machine()
    server = Server(options.program, folder)
    try:
        found = bench_pages.measure(server, folder / 'data', f'{prefix}0007', pipeline['pipeline_id'])
    finally:
        server.stop()
    return {**found, 'machine': where, 'runs': options.runs}


def measure(options):
    where = machine()
    folder = pathlib.Path(tempfile.mkdtemp(prefix='martlet-bench-'))
    try:
        one, pipeline, prefix, seeded, size = fill(options, folder)
        if options.only == 'pages':
            return {'pages': measure_pages(options, folder, prefix, pipeline)}
        server = Server(options.program, folder)
        ready = server.ready_ms
        load = Load(str(pathlib.Path(options.program).with_name('load-bench')), server.url, options)
        middle = server.call('GET', '/runs?' + query(sort_by='created_at', page_size=20))['next_page_token']
        routes = [
            ('healthz, the floor', '/healthz'),
            ('get a run', f'/runs/{one["run_id"]}'),
            ('list by created_at', '/runs?' + query(sort_by='created_at desc', page_size=20)),
            ('... the second page', '/runs?' + query(sort_by='created_at', page_size=20, page_token=middle)),
            ('list by state', '/runs?' + query(sort_by='created_at desc', page_size=20,
                                               filter=equals('state', 'FAILED'))),
            ('list by experiment', '/runs?' + query(sort_by='created_at desc', page_size=20,
                                                    experiment_id=f'{prefix}0007')),
            ('list by name, frequent', '/runs?' + query(page_size=20, sort_by='created_at desc',
                                                        filter=substring('whisper'))),
            ('list by name, rare', '/runs?' + query(page_size=20, sort_by='created_at desc',
                                                    filter=substring(f'r {options.runs // 2}'))),
            ('list by name, none', '/runs?' + query(page_size=20, sort_by='created_at desc',
                                                    filter=substring('no such name'))),
        ]
        rows = []
        for name, path in routes:
            rows.append((name, load.ask('GET', path), load.ask('GET', path, rate=RATE)))
            print(f'  measured: {name}', file=sys.stderr)
        body = {'display_name': 'bench', 'pipeline_version_reference': {
            'pipeline_id': pipeline['pipeline_id'], 'pipeline_version_id': pipeline['pipeline_version_id']}}
        # Each run is carried out, too; so few a second that the machine keeps up with them.
        rows.append(('create a run', None, load.ask('POST', '/runs', body, rate=20, seconds=4 * options.seconds)))
        print('  measured: create a run', file=sys.stderr)
        memory = server.memory_mb(), server.memory_mb('VmHWM')
        server.stop()
        return {'ready_ms': ready, 'seed_s': seeded, 'database_mb': size, 'rows': rows, 'memory_mb': memory,
                'machine': where, 'pages': measure_pages(options, folder, prefix, pipeline)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def upload(url, spec):
    """Uploads a pipeline as kfp does; returns the version that was made of it, as text."""
    import kfp
    import yaml
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'pipeline.yaml')
        pathlib.Path(path).write_text(yaml.safe_dump(spec))
        client = kfp.Client(host=url)
        made = client.upload_pipeline(path, pipeline_name='bench')
        version = client.list_pipeline_versions(made.pipeline_id).pipeline_versions[0]
        return json.dumps({'pipeline_id': made.pipeline_id, 'pipeline_version_id': version.pipeline_version_id})


def query(**parameters):
    return urllib.parse.urlencode({name: value if isinstance(value, (str, int)) else json.dumps(value)
                                   for name, value in parameters.items()})


def equals(key, value):
    return {'predicates': [{'operation': 'EQUALS', 'key': key, 'string_value': value}]}


def substring(value):
    return {'predicates': [{'operation': 'IS_SUBSTRING', 'key': 'name', 'string_value': value}]}


def main():
    parser = argparse.ArgumentParser(description='Measure what the service answers with many runs stored.')
    parser.add_argument('--program', default=str(PROJECT / '.build' / 'release' / 'martlet'))
    parser.add_argument('--runs', type=int, default=1_000_000)
    parser.add_argument('--seconds', type=float, default=5, help='how long each question is asked')
    parser.add_argument('--json', metavar='FILE', help='write the numbers there, too')
    parser.add_argument('--only', choices=['pages'], help='measure these only, and keep the rest of the file')
    options = parser.parse_args()
    found = measure(options)
    if options.only is None:
        show(options, found)
        found.update(runs=options.runs, connections=CONNECTIONS, rate=RATE, seconds=options.seconds)
    bench_pages.show(found['pages'])
    if options.json:
        file = pathlib.Path(options.json)
        known = json.loads(file.read_text()) if options.only and file.exists() else {}
        file.write_text(json.dumps({**known, **found}, indent=2) + '\n')


def show(options, found):
    """The answers of the API as text."""
    print(f'\nMartlet on {platform.platform()}, {os.cpu_count()} cores, {options.runs:,} runs stored, '
          f'{CONNECTIONS} connections\n')
    print(f'{"":24}{"as fast as it goes":>30}   {"at a fixed rate":>30}')
    print(f'{"":24}{"a second":>10}{"p50 ms":>10}{"p99 ms":>10}   {"a second":>10}{"p50 ms":>10}{"p99 ms":>10}')
    for name, fast, even in found['rows']:
        cells = f'{name:24}'
        for answer, seconds in ((fast, options.seconds), (even, options.seconds * (1 if fast else 4))):
            if answer is None:
                cells += ' ' * 30 + '   '
            else:
                cells += f'{answer["count"] / seconds:10.0f}{answer["p50"]:10.2f}{answer["p99"]:10.2f}   '
        print(cells.rstrip())
    print(f'\nready after {found["ready_ms"]:.0f} ms; memory {found["memory_mb"][0]:.0f} MB, '
          f'at most {found["memory_mb"][1]:.0f} MB; database {found["database_mb"]:.0f} MB')


if __name__ == '__main__':
    main()
