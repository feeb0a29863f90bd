"""The same chain and fan-out of small Python tasks with other programs, and with Martlet, one after the other.

    make bench-peers                                a table
    make bench-peers BENCH='--only Luigi'           ... of that one (may be given more than once)
    make bench-peers BENCH=--quick                  a fifth of the tasks, one round

Each program is the newest on PyPI, in an environment of its own in .bench/peers; what it is told to do is a short file
in scripts/peers. One that cannot be installed, or that makes something wrong, is left out and it is said why.
Nothing else is asserted: the numbers are for people to compare, on one machine, within one run of this.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time

from bench import PROJECT, Server, compiled, machine, python_chain, python_fan, spawn_ms

FOLDER = PROJECT / '.bench' / 'peers'
FLOWS = PROJECT / 'scripts' / 'peers'
sys.path.append(str(FLOWS))

import peer_shapes  # noqa: E402

# No program may take longer for one run; the slowest needs a minute on two busy cores.
LIMIT_S = 600

# Telemetry off by each program's own switch, and the network off for whatever asks a proxy: nobody listens there.
OFFLINE = {
    'DO_NOT_TRACK': '1', 'PREFECT_SERVER_ANALYTICS_ENABLED': 'false', 'DAGSTER_DISABLE_TELEMETRY': '1',
    # ... and time to start its server on a busy machine, which no figure holds.
    'PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS': '120',
    'PIP_NO_INDEX': '1', 'no_proxy': '127.0.0.1,localhost', 'NO_PROXY': '127.0.0.1,localhost',
    **{name: 'http://127.0.0.1:9' for name in ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY')},
}


class LeftOut(Exception):
    """Why a program has no row."""


@dataclasses.dataclass(frozen=True)
class Peer:
    """A program to compare with: what pip installs, its file in scripts/peers, as many tasks as its speed allows."""

    name: str
    packages: tuple
    flow: str
    chain: int
    fan: int
    remark: str

    @property
    def venv(self):
        return FOLDER / self.packages[0]

    @property
    def python(self):
        return self.venv / 'bin' / 'python'

    @property
    def log(self):
        return FOLDER / pathlib.Path(self.flow).with_suffix('.log').name


MARTLET_TASKS = {'chain': 100, 'fan': 200}
MARTLET_REMARK = (
    'tasks are processes, two at a time, forked from a Python that has kfp loaded where that is safe; each change of '
    'state is in SQLite before the next step is taken, with inputs, outputs and logs of each task, so that a server '
    'that is killed goes on where it was.')

PEERS = [
    Peer('kfp.local', ('kfp',), 'kfp_local.py', 5, 10,
         'the very component Martlet runs, by SubprocessRunner in one environment. Tasks are processes, and run one '
         'after the other also in the fan-out; each first lets pip find that kfp is there. Outputs are files; nothing '
         'is kept of the run.'),
    Peer('kfp.local without pip', ('kfp',), 'kfp_local_bare.py', 10, 20,
         'the same with `install_kfp_package=False`, so that no task calls pip.'),
    Peer('Luigi', ('luigi',), 'luigi_tasks.py', 50, 100,
         'tasks are forks of one process that has all code loaded, two at a time; each writes a file, which is all '
         'that is kept.'),
    # Newer releases of FastAPI refuse an argument that Prefect 3.8 passes, so that its server does not start. Its runs
    # take whole seconds: with fewer tasks than these a fan-out takes no longer than one of a single task.
    Peer('Prefect', ('prefect', 'fastapi<0.151'), 'prefect_tasks.py', 200, 1000,
         'tasks are calls in two threads of one process, not processes; values stay in memory. Its server writes their '
         'states into SQLite, in the background.'),
    Peer('Metaflow', ('metaflow',), 'metaflow_tasks.py', 10, 20,
         'tasks are processes, two at a time, that import Metaflow anew; values, states and logs are files.'),
    Peer('Snakemake', ('snakemake',), 'snakemake_tasks.py', 20, 40,
         'tasks are processes (`script:`), two at a time; outputs are files, with notes of how they were made.'),
    Peer('Dagster', ('dagster',), 'dagster_tasks.py', 5, 20,
         'tasks are processes, two at a time, made by a server that has Dagster loaded (`forkserver`); events are in '
         'SQLite and values in files.'),
]


def last_line(text):
    """The line of a program's complaint that says most: the last that names an error, or else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r'[\w.]*(Error|Exception)\b|ERROR: ', line)]
    return (errors or lines or ['it said nothing'])[-1]


def called(arguments, log, **options):
    """Runs a program in a session of its own, of which nothing stays; returns its exit status and what it printed."""
    with tempfile.TemporaryFile('w+') as printed, open(log, 'a+') as complaints:
        began = complaints.tell()
        process = subprocess.Popen(arguments, stdout=printed, stderr=complaints, stdin=subprocess.DEVNULL,
                                   start_new_session=True, **options)
        try:
            status = process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            raise LeftOut(f'was stopped after {LIMIT_S} s')
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        printed.seek(0)
        complaints.seek(began)
        return status, printed.read(), complaints.read()


def install(peer):
    """Makes the newest release ready in an environment of its own, or takes the one that is there; its version."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    peer.log.write_text('')
    pip = [peer.python, '-m', 'pip', '--disable-pip-version-check']
    if not peer.python.exists() or called([*pip, '--version'], peer.log)[0] != 0:
        status, printed, complaints = called([sys.executable, '-m', 'venv', '--clear', peer.venv], peer.log)
        if status != 0:
            raise LeftOut(f'no environment in {peer.venv}: {last_line(complaints or printed)}')
    status, _, complaints = called([*pip, 'install', '--quiet', '--upgrade', *peer.packages], peer.log)
    ask = f'import importlib.metadata; print(importlib.metadata.version({peer.packages[0]!r}))'
    found, version, _ = called([peer.python, '-c', ask], peer.log)
    if found != 0:
        raise LeftOut(f'pip could not install {" ".join(peer.packages)}: {last_line(complaints)}')
    if status != 0:
        print(f'peers: {peer.name}: no newer release was looked for ({last_line(complaints)})', file=sys.stderr)
    return version.strip()


def run_peer(peer, shape, tasks):
    """Seconds of one run, in a home of its own: no setting of the person's comes in, nothing of theirs is touched."""
    with tempfile.TemporaryDirectory(prefix='martlet-peers-', ignore_cleanup_errors=True) as home:
        surroundings = {'PATH': f'{peer.python.parent}:{os.environ["PATH"]}', 'HOME': home, 'TMPDIR': home,
                        'LANG': 'C.UTF-8', 'USER': 'bench', 'USERNAME': 'bench', **OFFLINE}
        status, printed, complaints = called([peer.python, FLOWS / peer.flow, shape, str(tasks)], peer.log,
                                             cwd=home, env=surroundings)
    told = [line for line in printed.splitlines() if line.startswith(peer_shapes.MARK)]
    if status != 0 or not told:
        raise LeftOut(f'a {shape} of {tasks} ended with {status}: {last_line(complaints or printed)}')
    return json.loads(told[-1])['seconds']


def run_martlet(server, shape, tasks):
    """Seconds from the submission to the final state, as a client sees them."""
    spec = compiled({'chain': python_chain, 'fan': python_fan}[shape](tasks))
    began = time.perf_counter()
    run_id = server.submit(spec, {})
    server.wait(lambda: server.newest(run_id), 0.02)
    seconds = time.perf_counter() - began
    made = [parameter['value'] for task in server.call('GET', f'/runs/{run_id}?view=FULL').get('tasks', [])
            if task['type'] != 'ROOT' for parameter in task['outputs'].get('parameters', [])]
    if len(made) != tasks:
        raise LeftOut(f'a {shape} of {tasks} made {len(made)} values')
    peer_shapes.verify(shape, tasks, [max(made)] if shape == 'chain' else made)
    return seconds


def cost(run, shape, tasks, rounds):
    """What a task costs beyond the first, in ms: start-up is in both runs of a round, and so in neither figure."""
    each = [(run(shape, tasks) - run(shape, 1)) * 1000 / (tasks - 1) for _ in range(rounds)]
    if statistics.median(each) <= 0:
        raise LeftOut(f'a {shape} of {tasks} took no longer than one of 1: the machine is too busy to tell')
    return {'tasks': tasks, 'ms_per_task': statistics.median(each),
            'ms_per_task_min': min(each), 'ms_per_task_max': max(each)}


def row(name, version, run, sizes, options):
    if options.quick:
        sizes = {shape: max(2, tasks // 5) for shape, tasks in sizes.items()}
    figures = {shape: cost(run, shape, tasks, options.rounds) for shape, tasks in sizes.items()}
    print(f'  measured: {name}', file=sys.stderr)
    return {'name': name, 'version': version, **figures}


def measure_martlet(options):
    if not os.access(options.program, os.X_OK):
        raise LeftOut(f'there is no program {options.program}; `make release` builds it')
    asked = subprocess.run([options.program, '--version'], capture_output=True, text=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix='martlet-bench-'))
    try:
        server = Server(options.program, folder)
        try:
            # Builds the Python environment, which all later tasks share.
            run_martlet(server, 'chain', 1)
            return row('Martlet', last_line(asked.stdout).split()[-1],
                       lambda shape, tasks: run_martlet(server, shape, tasks), MARTLET_TASKS, options)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure_peer(peer, options):
    version = install(peer)
    print(f'  installed: {peer.name} {version}', file=sys.stderr)
    return row(peer.name, version, lambda shape, tasks: run_peer(peer, shape, tasks),
               {'chain': peer.chain, 'fan': peer.fan}, options)


def measure(options):
    """Rows of the programs that are wanted, what each means, and why others have none."""
    plans = [('Martlet', MARTLET_REMARK, lambda: measure_martlet(options), None)]
    plans += [(peer.name, peer.remark, lambda peer=peer: measure_peer(peer, options), peer.log) for peer in PEERS]
    rows, remarks, missing = [], [], []
    for name, remark, measured, log in plans:
        if options.only and name not in options.only:
            continue
        try:
            rows.append(measured())
            remarks.append(f'- {name}: {remark}')
        except (LeftOut, SystemExit, ValueError, OSError) as error:
            if isinstance(error, SystemExit) and not isinstance(error.code, str):
                raise
            missing.append(f'- {name} was left out: {error}')
            print(f'peers: {name} was left out: {error}' + (f'; see {log}' if log else ''), file=sys.stderr)
    return rows, remarks, missing


def explained(remarks, missing, floor, rounds):
    head = (
        'A chain counts up in tasks that each need the one before; a fan-out is of tasks that need no other. Each task '
        'adds 1 to a number, and every value was found to be right. A figure is the time of a run of so many tasks '
        'less that of a run of one, divided by the tasks between, so that no start-up counts: the median of '
        f'{rounds} round(s). Where two run at a time it may be half of what a task takes. Slow programs were given '
        f'fewer tasks. A process that does nothing, `python3 -c pass`, took {floor:.1f} ms in the same round. The '
        'programs promise different things, and the figures mean no more than this:')
    return '\n'.join([textwrap.fill(head, 118) + '\n', *remarks, *missing])


def main():
    names = ['Martlet', *(peer.name for peer in PEERS)]
    parser = argparse.ArgumentParser(description='Measure the same small workflows with other programs.')
    parser.add_argument('--program', default=str(PROJECT / '.build' / 'release' / 'martlet'))
    parser.add_argument('--only', action='append', choices=names, metavar='NAME',
                        help=f'measure this one, and write of no other: {", ".join(names)}')
    parser.add_argument('--rounds', type=int, default=3, help='runs of each kind; the median counts')
    parser.add_argument('--quick', action='store_true', help='a fifth of the tasks, one round')
    parser.add_argument('--json', metavar='FILE', help='write the numbers there, too')
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1

    where = machine()
    floor = spawn_ms(os.path.realpath(sys.executable), ['-c', 'pass'], 20)
    rows, remarks, missing = measure(options)
    if not rows:
        raise SystemExit('peers: nothing was measured')
    print(f'\n{where["system"]}, {where["cores"]} cores, load average before: {where["load_before"]:.1f}, '
          f'{options.rounds} round(s), medians in ms a task\n')
    print(f'{"":22}{"version":>12}{"chain":>8}{"ms":>10}{"fan-out":>10}{"ms":>10}')
    for each in rows:
        print(f'{each["name"]:22}{each["version"]:>12}{each["chain"]["tasks"]:8}{each["chain"]["ms_per_task"]:10.1f}'
              f'{each["fan"]["tasks"]:10}{each["fan"]["ms_per_task"]:10.1f}')
    remark = explained(remarks, missing, floor, options.rounds)
    print(f'\n{remark}')
    if options.json:
        report = {'machine': where, 'remark': remark, 'rows': rows, 'python_ms': floor, 'rounds': options.rounds}
        pathlib.Path(options.json).write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    # A bench that is ended must leave no program behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
