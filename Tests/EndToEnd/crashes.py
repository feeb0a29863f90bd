"""Kills a server at random moments while it works, starts it again, and looks whether anybody could tell.

A run that nobody disturbed is the measure: every other run must look like it, whatever became of its server. Every
attempt of a step leaves its name in a file of its run, which no database could make up for.
"""

import collections
import http.client
import json
import pathlib
import random
import threading
import time
import urllib.parse

from crash_pipeline import everything
from harness import FINAL_RUN_STATES, compiled, eventually
from processes import command_line, kill, processes_of, warm_pythons


class Work:
    """One run as the client who wants it knows it."""

    def __init__(self, name, folder):
        self.name = name
        self.trace = folder / f'{name}.trace'
        self.marker = folder / f'{name}.marker'
        self.trace.touch()
        self.run_id = None
        self.is_retried = False
        self.is_over = False


class Client:
    """Keeps some runs going through a server that may be gone at any moment, until it is told to finish."""

    def __init__(self, server, folder, at_once):
        self.server = server
        self.folder = folder
        self.at_once = at_once
        self.spec = compiled(everything)
        self.works = []
        self.trouble = []
        self.is_closing = False

    def run(self):
        """Works until no more runs are wanted and all are over. What the server does wrong goes to `trouble`."""
        while not self.trouble:
            open_works = [work for work in self.works if not work.is_over]
            if self.is_closing and not open_works:
                return
            if not self.is_closing and len(open_works) < self.at_once:
                self.works.append(Work(f'crash-{len(self.works)}', self.folder))
                open_works.append(self.works[-1])
            for work in open_works:
                try:
                    self.look_after(work)
                except (OSError, http.client.HTTPException):
                    # The server is gone: whether it has heard us shows when it is back.
                    time.sleep(0.02)
                except AssertionError as error:
                    self.trouble.append(f'{work.name}: {error}')
            time.sleep(0.03)

    def look_after(self, work):
        if work.run_id is None:
            work.run_id = self.find(work.name) or self.submit(work)
            return
        run = self.server.get(f'/runs/{work.run_id}')
        entered = [entry['state'] for entry in run['state_history']]
        if run['state'] not in FINAL_RUN_STATES:
            return
        if entered.count('FAILED') == 1 and entered[-1] == 'FAILED':
            assert not work.is_retried, 'the server promised to retry the run and forgot it'
            work.marker.touch()
            answer = self.server.request('POST', f'/apis/v2beta1/runs/{work.run_id}:retry')
            assert answer.status == 200, f'retry: {answer}'
            work.is_retried = True
        else:
            work.is_over = True

    def find(self, name):
        runs = self.server.pages('/runs', 'runs', filter=json.dumps({'predicates': [
            {'key': 'name', 'operation': 'EQUALS', 'string_value': name}]}))
        assert len(runs) <= 1, f'{len(runs)} runs came of one submission'
        return runs[0]['run_id'] if runs else None

    def submit(self, work):
        answer = self.server.submit(
            self.spec, {'trace': str(work.trace), 'marker': str(work.marker)}, name=work.name)
        assert answer.status == 200, f'submission: {answer}'
        return answer.json['run_id']


class Killer:
    """Ends a server at random moments and starts it again."""

    def __init__(self, server, chance):
        self.server = server
        self.chance = chance
        self.counts = collections.Counter()

    def points(self, count, told=lambda number: None, should_stop=lambda: False):
        """Kills a running server `count` times; leaves it running."""
        for number in range(count):
            if should_stop():
                break
            self.point()
            told(number + 1)

    def point(self):
        kind = self.chance.random()
        if kind < 0.15:
            # On its way up, while it takes over what an earlier one has left.
            self.server.kill()
            self.server.begin()
            time.sleep(self.chance.uniform(0, 0.25))
            self.counts['start-up'] += 1
        elif kind < 0.25:
            for pid in warm_pythons(self.server):
                kill(pid)
            time.sleep(self.chance.uniform(0, 0.1))
            self.counts['warm Python, then server'] += 1
        else:
            # Mostly soon after the start, where most is done; sometimes when a warm Python has come up.
            time.sleep(min(2.5, self.chance.expovariate(1 / 0.3)))
            self.counts['at work'] += 1
        self.server.kill()
        self.server.start()


def picture(server, run_id, trace):
    """Everything about a finished run that must not depend on what became of its server."""
    run = server.get(f'/runs/{run_id}')
    tasks = server.tasks(run_id)
    ids = {artifact['artifact_id']: path for path, task in tasks.items() if task.state != 'CACHED'
           for group in task.raw.get('outputs', {}).get('artifacts', []) for artifact in group['artifacts']}

    def artifacts(task, side):
        return [(group['artifact_key'], ids.get(artifact['artifact_id']), artifact.get('metadata'),
                 pathlib.Path(artifact['uri']).read_text())
                for group in task.raw.get(side, {}).get('artifacts', []) for artifact in group['artifacts']]

    def attempts(path, task):
        return [(attempt['state'], (attempt.get('reason') or {}).get('code'), log(path, number))
                for number, attempt in enumerate(task.attempts)]

    def log(path, number):
        text = server.task_log(run_id, path, attempt=number)
        # An executor's log has times and folders in it.
        return text if text.startswith('line ') else len(text.splitlines())

    return {
        'state': [entry['state'] for entry in run['state_history']],
        'tasks': {path: {
            'state': task.state,
            'reason': task.reason.get('code'),
            'parameters': task.parameters,
            'inputs': artifacts(task, 'inputs'),
            'outputs': artifacts(task, 'outputs'),
            'attempts': attempts(path, task),
        } for path, task in tasks.items()},
        'side effects': sorted(names for names, _ in traces(trace)),
    }


def traces(path):
    """The task and attempt of each line of a trace, and its folder for temporary files."""
    for line in path.read_text().splitlines():
        work, temporary = line.split(' ')
        *_, pod, scratch, last = work.split('/')
        task, attempt = pod.split('~')
        assert (scratch, last) == ('scratch', 'work'), line
        yield f'{urllib.parse.unquote(task)} {attempt}', pathlib.Path(temporary)


def differences(expected, found, where=''):
    """Where two pictures differ, one line each."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            if key not in expected or key not in found:
                yield f'{where}/{key}: {"missing" if key in expected else "too much"}'
            else:
                yield from differences(expected[key], found[key], f'{where}/{key}')
    elif expected != found:
        yield f'{where}: expected {expected!r:.300}, found {found!r:.300}'


# What a pod that is over leaves behind: its log, how it ended and who saw to it.
# Small, without secrets, and gone with the run.
KEPT = {'log', 'status', 'supervisor.log', 'outputs'}


def leftovers(server, works):
    """What the ended runs have left on the disk that nobody needs."""
    pods = server.data_dir / 'pods'
    places = [place for place in pods.glob('.spare/*') if '-quick-' in place.name]
    # Made ahead for the next steps; what is in them may have been passed on.
    ready = [folder for place in places for folder in place.iterdir()]
    spares = [folder for folder in pods.glob('.spare/*') if folder not in places]
    for folder in [*spares, *(folder / 'scratch' for folder in ready), *pods.glob('[!.]*/*')]:
        is_spare = '.spare' in folder.parts
        for entry in folder.iterdir() if folder.exists() else ():
            is_empty = not any(entry.iterdir()) if entry.is_dir() else entry.stat().st_size == 0
            if entry.name not in KEPT and not (is_spare and is_empty):
                yield str(entry.relative_to(server.data_dir))
    for entry in (entry for folder in ready for entry in folder.iterdir()):
        if entry.name != 'scratch':
            yield str(entry.relative_to(server.data_dir))
    for work in works:
        for _, temporary in traces(work.trace):
            if temporary.exists():
                yield str(temporary)


class Outcome:
    """What a series of kills has come to."""

    def __init__(self, runs, points, trouble, seconds):
        self.runs = runs
        self.points = points
        self.trouble = trouble
        self.seconds = seconds


def kill_and_compare(server, folder, points, seed, at_once=6, told=lambda number: None):
    """Kills a server at `points` random moments while a client keeps runs going, and compares each with one that
    nobody disturbed. The server has to be started; it is stopped at the end."""
    began = time.monotonic()
    undisturbed = Client(server, folder, 1)
    undisturbed.works = [Work('undisturbed', folder)]
    undisturbed.is_closing = True
    undisturbed.run()
    assert not undisturbed.trouble, undisturbed.trouble
    expected = picture(server, undisturbed.works[0].run_id, undisturbed.works[0].trace)
    assert expected['state'][-1] == 'SUCCEEDED', server.story(undisturbed.works[0].run_id)

    client = Client(server, folder, at_once)
    thread = threading.Thread(target=client.run, daemon=True)
    thread.start()
    killer = Killer(server, random.Random(seed))
    try:
        killer.points(points, told, should_stop=lambda: bool(client.trouble))
    except AssertionError as error:
        # It does not start any more: nothing that it promised can be looked at.
        client.trouble.append(str(error))
        return Outcome(len(client.works), killer.counts, client.trouble, time.monotonic() - began)
    finally:
        client.is_closing = True
        thread.join(120)
    trouble = list(client.trouble)
    if thread.is_alive():
        trouble += [f'{work.name} does not end: {server.story(work.run_id)}'
                    for work in client.works if not work.is_over]
        client.trouble.append('given up')
        thread.join()
    for work in client.works:
        if work.is_over:
            trouble += [f'{work.name}: {difference}' for difference in
                        differences(expected, picture(server, work.run_id, work.trace))]
    trouble += remains(server, undisturbed.works + client.works)
    return Outcome(len(client.works), killer.counts, trouble, time.monotonic() - began)


def remains(server, works):
    """What is left on the disk and of processes once all is over; ends the server."""
    try:
        eventually(lambda: not list(leftovers(server, works)), 10, what='folders to go')
    except TimeoutError:
        yield from (f'left behind: {path}' for path in leftovers(server, works))
    server.stop()
    try:
        eventually(lambda: not processes_of(server.data_dir), 10, what='processes to end')
    except TimeoutError:
        yield from (f'still running: {pid} {command_line(pid)!r}' for pid in processes_of(server.data_dir))
