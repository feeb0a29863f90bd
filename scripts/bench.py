"""What a task costs, how fast the server starts and what it weighs, each beside its floor on this machine.

    make bench                              a table
    make bench BENCH='--json bench.json'    ... and the numbers as a file
    make bench BENCH=--quick                a tenth of the tasks, one round, no loop of 10,000

Nothing is asserted: the numbers are for people to compare, on one machine, within one round.
"""

import argparse
import atexit
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from typing import List
import urllib.error
import urllib.request

from kfp import compiler, dsl
import yaml

PROJECT = pathlib.Path(__file__).resolve().parent.parent


@dsl.container_component
def nothing(order: str):
    """The smallest program there is."""
    return dsl.ContainerSpec(image='alpine:3', command=['true'], args=[order])


@dsl.component(base_image='python:3.11')
def count(number: int) -> int:
    """The smallest Python component with an input and an output."""
    return number + 1


def shell_chain(length):
    @dsl.pipeline(name='bench-shell-chain')
    def chain():
        before = None
        for number in range(length):
            # Each argument is another one, so that no step can be taken for an earlier one.
            step = nothing(order=str(number))
            step.set_caching_options(False)
            if before is not None:
                step.after(before)
            before = step
    return chain


def shell_fan(width):
    @dsl.pipeline(name='bench-shell-fan')
    def fan():
        for number in range(width):
            nothing(order=str(number)).set_caching_options(False)
    return fan


@dsl.pipeline(name='bench-shell-loop')
def shell_loop(orders: List[int]):
    with dsl.ParallelFor(orders) as order:
        nothing(order=f'{order}').set_caching_options(False)


def python_chain(length):
    @dsl.pipeline(name='bench-python-chain')
    def chain():
        value = 0
        for _ in range(length):
            step = count(number=value)
            step.set_caching_options(False)
            value = step.output
    return chain


def python_fan(width):
    @dsl.pipeline(name='bench-python-fan')
    def fan():
        for number in range(width):
            count(number=number).set_caching_options(False)
    return fan


class Server:
    """The optimised server on a temporary data directory."""

    def __init__(self, program, folder):
        self.log = open(folder / 'server.log', 'w')
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [program, 'serve', '--host', '127.0.0.1', '--port', '0', '--data-dir', str(folder / 'data'),
             '--log-level', 'warning'],
            stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL, text=True,
            # pip must never touch the person's own Python, whatever goes wrong.
            env={**os.environ, 'PIP_REQUIRE_VIRTUALENV': '1'})
        line = self.process.stdout.readline()
        found = re.search(r'Martlet is ready at (http://\S+)', line)
        if not found:
            self.stop()
            raise SystemExit(f'bench: the server did not start: {line}{(folder / "server.log").read_text()}')
        self.url = found.group(1)
        self.call('GET', '/healthz')
        self.ready_ms = (time.perf_counter() - began) * 1000

    def call(self, method, path, body=None):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(
            f'{self.url}/apis/v2beta1{path}', method=method, headers={'Content-Type': 'application/json'},
            data=None if body is None else json.dumps(body).encode())
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f'bench: {method} {path}: {error.code} {error.read().decode(errors="replace")}')

    def run(self, spec, asking=False):
        """Runs a compiled pipeline; returns its length as the server tells it and as seen from here, in ms.

        With `asking`, somebody asks for the run with all its tasks every second meanwhile.
        """
        began = time.perf_counter()
        run_id = self.submit(spec, {})
        is_over = threading.Event()
        curious = threading.Thread(target=self.ask, args=(run_id, is_over))
        if asking:
            curious.start()
        try:
            self.wait(lambda: self.newest(run_id), 0.02)
        finally:
            is_over.set()
        seen = (time.perf_counter() - began) * 1000
        if asking:
            curious.join()
        return self.own_ms(run_id), seen

    def newest(self, run_id):
        """A run without its tasks, which is little work for the server."""
        [run] = self.call('GET', '/runs?page_size=1&sort_by=created_at%20desc')['runs']
        if run['run_id'] != run_id:
            raise SystemExit(f'bench: somebody else has made the run {run["run_id"]}')
        return run

    def ask(self, run_id, is_over):
        while not is_over.wait(1):
            self.call('GET', f'/runs/{run_id}?view=FULL')

    def run_only(self, spec, parameters):
        """Runs a compiled pipeline on a server that has run no other; returns its length in seconds."""
        self.submit(spec, parameters)
        # A look at a run itself tells of each of its tasks; with thousands of them that is work of its own.
        run = self.wait(lambda: self.call('GET', '/runs?page_size=1')['runs'][0], 0.5)
        return (instant(run['finished_at']) - instant(run['created_at'])).total_seconds()

    def submit(self, spec, parameters):
        return self.call('POST', '/runs', {'display_name': 'bench', 'pipeline_spec': spec,
                                           'runtime_config': {'parameters': parameters}})['run_id']

    @staticmethod
    def wait(look, pause):
        """Looks at a run until it is over, and returns it."""
        while True:
            run = look()
            if run['state'] in ('SUCCEEDED', 'FAILED', 'CANCELED', 'SKIPPED'):
                break
            time.sleep(pause)
        if run['state'] != 'SUCCEEDED':
            raise SystemExit(f'bench: a run is {run["state"]}: {run.get("error")}')
        return run

    def own_ms(self, run_id):
        """From the first step's creation to the last one's end by the server's clock, which tells milliseconds."""
        tasks = [task for task in self.call('GET', f'/runs/{run_id}?view=FULL')['tasks'] if task['type'] != 'ROOT']
        began = min(instant(task['timing']['created_at']) for task in tasks)
        ended = max(instant(task['timing']['ended_at']) for task in tasks)
        return (ended - began).total_seconds() * 1000

    def memory_mb(self, field='VmRSS'):
        """Resident memory, where the system tells it: what it is, or with VmHWM the most it was."""
        try:
            status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text()
            return int(re.search(field + r':\s+(\d+) kB', status).group(1)) / 1024
        except (OSError, AttributeError):
            return None

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def new_folder():
    """A folder that is removed at the end: where much was removed lately, some file systems are slow to make more."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='martlet-bench-'))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def instant(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))


def compiled(pipeline):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'pipeline.yaml')
        compiler.Compiler().compile(pipeline, path)
        with open(path) as file:
            return next(yaml.safe_load_all(file))


def spawn_ms(program, arguments, times):
    """Milliseconds to start a program and wait for its end, one after the other."""
    began = time.perf_counter()
    for _ in range(times):
        process = os.posix_spawn(program, [program, *arguments], os.environ)
        if os.waitpid(process, 0)[1] != 0:
            raise SystemExit(f'bench: {program} failed')
    return (time.perf_counter() - began) * 1000 / times


def measure_start(program, rounds):
    """Process start to the first healthz answer, on a fresh data directory and on one in use; and idle memory."""
    fresh, again, memory = [], [], []
    for _ in range(rounds):
        folder = new_folder()
        for times in (fresh, again):
            server = Server(program, folder)
            times.append(server.ready_ms)
            if times is again:
                # Whatever start-up leaves to do later is done by then.
                time.sleep(1)
                memory.append(server.memory_mb())
            server.stop()
    known = [value for value in memory if value is not None]
    return (statistics.median(fresh), statistics.median(again),
            statistics.median(known) if known else None)


def measure_tasks(program, options):
    """Rows of (name, tasks, rounds), and memory.

    A round is ms a task by the server's clock, seen from here, and by the server's clock while somebody asks.
    """
    chain, fan = (5, 20) if options.quick else (100, 500)
    plans = [
        ('shell, chain', chain, shell_chain(chain)), ('shell, fan-out', fan, shell_fan(fan)),
        ('Python, chain', chain, python_chain(chain)), ('Python, fan-out', fan, python_fan(fan)),
    ]
    folder = new_folder()
    server = Server(program, folder)
    rows = []
    try:
        # Builds the Python environment, which all later tasks share.
        server.run(compiled(python_chain(1)))
        server.run(compiled(shell_chain(1)))
        for name, tasks, pipeline in plans:
            spec = compiled(pipeline)
            # In turn, so that whatever else the machine does meets both.
            pairs = [(server.run(spec), server.run(spec, asking=True)) for _ in range(options.rounds)]
            rows.append((name, tasks, [(own / tasks, seen / tasks, asked / tasks) for (own, seen), (asked, _) in pairs]))
            print(f'  measured: {name}', file=sys.stderr)
        return rows, server.memory_mb()
    finally:
        server.stop()


def measure_loops(program, options):
    """Rows of (iterations, seconds, ms an iteration, the server's peak memory), each on a server of its own."""
    rows = []
    spec = compiled(shell_loop)
    for count in (100, 1_000) if options.quick else (1_000, 10_000, 100_000):
        folder = new_folder()
        server = Server(program, folder)
        try:
            seconds = server.run_only(spec, {'orders': list(range(count))})
            rows.append((count, seconds, seconds * 1000 / count, server.memory_mb('VmHWM')))
            print(f'  measured: loop of {count:,}', file=sys.stderr)
        finally:
            server.stop()
    return rows


def measure_engine(program, options):
    """Microseconds an iteration costs the engine alone, by the length of the loop."""
    counts = ('100', '1000') if options.quick else ('1000', '10000', '100000')
    lines = subprocess.run([program, *counts], check=True, capture_output=True, text=True).stdout.splitlines()
    return {int(count): float(time) for count, time in (line.split() for line in lines)}


def machine():
    """What the figures hold for."""
    import importlib.metadata
    model = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())
    return {
        'system': f'{platform.system()} {".".join(platform.release().split(".")[:2])}', 'cores': os.cpu_count(), 'processor': model.group(1) if model else '?',
        'memory_gb': round(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2 ** 30),
        'python': platform.python_version(), 'kfp': importlib.metadata.version('kfp'),
        'load_before': os.getloadavg()[0], 'date': datetime.date.today().isoformat(),
    }


def main():
    parser = argparse.ArgumentParser(description='Measure Martlet.')
    parser.add_argument('--program', default=str(PROJECT / '.build' / 'release' / 'martlet'))
    parser.add_argument('--rounds', type=int, default=5, help='runs of each kind; the median counts')
    parser.add_argument('--quick', action='store_true', help='a tenth of the tasks, one round')
    parser.add_argument('--json', metavar='FILE', help='write the numbers there, too')
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1

    where = machine()
    floor_spawn = spawn_ms(shutil.which('true'), [], 500)
    # The interpreter itself: what `python3` finds may be a script of a version manager that looks for it first.
    floor_python = spawn_ms(os.path.realpath(sys.executable), ['-c', 'pass'], 20)
    ready_fresh, ready_again, memory = measure_start(options.program, options.rounds)
    rows, memory_after = measure_tasks(options.program, options)
    loops = measure_loops(options.program, options)
    engine = measure_engine(pathlib.Path(options.program).with_name('loop-bench'), options)

    print(f'\nMartlet on {platform.platform()}, {os.cpu_count()} cores, {options.rounds} round(s), medians\n')
    print(f'{"task":18}{"tasks":>6}{"ms a task":>12}{"seen outside":>14}{"while asked":>13}{"floor":>9}{"ratio":>8}')
    numbers = {}
    for name, tasks, rounds in rows:
        floor = floor_spawn if name.startswith('shell') else floor_python
        own, seen, asked = (statistics.median(figures) for figures in zip(*rounds))
        print(f'{name:18}{tasks:6}{own:12.2f}{seen:14.2f}{asked:13.2f}{floor:9.2f}{seen / floor:7.1f}x')
        numbers[name] = {
            'tasks': tasks, 'ms_per_task': own, 'ms_per_task_seen': seen, 'floor_ms': floor,
            'ms_per_task_min': min(own for own, *_ in rounds), 'ms_per_task_max': max(own for own, *_ in rounds),
            'ms_per_task_asked': asked}
    print('\n"ms a task" is the first task\'s creation to the last one\'s end by the server\'s clock, "seen outside"\n'
          'is the submission to the final state as a client sees it, "while asked" the first one again while a\n'
          'client asks for the run every second; each is divided by the tasks. The ratio is\n'
          'of "seen outside" to the floor. The floors, one after the other on this machine: posix_spawn of\n'
          f'`true` {floor_spawn:.2f} ms, `python3 -c pass` {floor_python:.2f} ms.\n')
    print(f'{"loop of shell tasks":20}{"seconds":>10}{"ms a task":>12}{"peak memory":>14}')
    for count, seconds, each, peak in loops:
        print(f'{count:<20,}{seconds:10.1f}{each:12.2f}' + (f'{peak:11.1f} MB' if peak is not None else '?'.rjust(14)))
    print(f'\n{"engine alone, loop":20}{"us a task":>10}')
    for count, each in engine.items():
        print(f'{count:<20,}{each:10.1f}')
    print()
    print(f'server start to first answer   {ready_fresh:8.1f} ms on fresh data, {ready_again:.1f} ms again')
    for label, value in (('idle memory', memory), ('memory after the runs', memory_after)):
        print(f'{label:30} ' + (f'{value:8.1f} MB' if value is not None else '       ? (this system does not tell)'))

    if options.json:
        report = {
            'tasks': numbers,
            'loops': {count: {'seconds': seconds, 'ms_per_task': each, 'peak_mb': peak}
                      for count, seconds, each, peak in loops},
            'engine_us_per_iteration': engine,
            'floors': {'posix_spawn_ms': floor_spawn, 'python_ms': floor_python},
            'ready_ms': {'fresh': ready_fresh, 'again': ready_again},
            'memory_mb': {'idle': memory, 'after_runs': memory_after},
            'machine': where, 'rounds': options.rounds,
        }
        pathlib.Path(options.json).write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    # A bench that is ended must not leave its server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
