"""Starts the real server, talks to it as clients do, and says what it saw when something is off."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

PROJECT = pathlib.Path(__file__).resolve().parents[2]
API = '/apis/v2beta1'
FINAL_RUN_STATES = {'SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED'}

# For servers and commands: as the person who called pytest has it.
ENVIRONMENT = {
    name: value for name, value in os.environ.items()
    if not name.startswith('MARTLET_') and name != 'VIRTUAL_ENV'
}
# A server that ran a component's `pip install` outside of an environment of its own would change the Python of
# whoever runs these tests. With this pip refuses, and the test fails instead.
ENVIRONMENT['PIP_REQUIRE_VIRTUALENV'] = '1'

# The SDK reads and writes ~/.config/kfp and works out the path when it is imported. It gets a home of its own, so
# that a person's settings neither change these tests nor are changed by them.
SDK_HOME = tempfile.mkdtemp(prefix='martlet-sdk-home-')
os.environ['HOME'] = SDK_HOME
for _name in [name for name in os.environ if name.startswith('KF_PIPELINES_')]:
    del os.environ[_name]

import yaml  # noqa: E402
from kfp import compiler  # noqa: E402


def program():
    """The server's program: $MARTLET_BINARY, or the debug build."""
    named = os.environ.get('MARTLET_BINARY')
    path = pathlib.Path(named) if named else PROJECT / '.build' / 'debug' / 'martlet'
    if not path.exists():
        raise FileNotFoundError(f'{path} does not exist; build it with: scripts/build.sh debug')
    return str(path.resolve())


def command(*arguments, timeout=120, environment=None):
    """Runs a `martlet` command to its end and returns it with its output as text."""
    return subprocess.run([program(), *arguments], capture_output=True, text=True, timeout=timeout,
                          env={**ENVIRONMENT, **(environment or {})}, stdin=subprocess.DEVNULL)


def eventually(condition, timeout=60, every=0.05, what='the condition'):
    """Waits until `condition()` gives something true, and returns it."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f'waited {timeout} s for {what}')
        time.sleep(every)


class Answer:
    """An HTTP answer."""

    def __init__(self, status, body, headers):
        self.status = status
        self.body = body
        self.headers = headers

    @property
    def text(self):
        return self.body.decode('utf-8', 'replace')

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def message(self):
        """The sentence of an error, whichever of KFP's two shapes it has."""
        body = self.json
        return body.get('message') or body.get('error_details') or body.get('error_message') or ''

    def __repr__(self):
        return f'<{self.status} {self.text[:2000]}>'


class Server:
    """One `martlet serve` on a data directory; may be killed and started again."""

    def __init__(self, data_dir, arguments=()):
        self.data_dir = pathlib.Path(data_dir)
        self.arguments = list(arguments)
        self.port = 0
        self.process = None
        self.log_path = self.data_dir.parent / (self.data_dir.name + '.server.log')

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    # Life

    def start(self, timeout=30):
        """Starts the server and returns once it says that it is ready. Keeps its port from then on."""
        ready = self.begin()
        if not ready.wait(timeout) or self.port == 0 or self.process.poll() is not None:
            status = self.process.poll()
            what = f'ended with status {status}' if status is not None else f'was not ready after {timeout} s'
            raise AssertionError(f'the server {what}; its log:\n{self.log_tail()}')
        return self

    def begin(self):
        """Starts the server without waiting; returns an event that is set when it is ready, or has ended."""
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(
                [program(), 'serve', '--host', '127.0.0.1', '--port', str(self.port),
                 '--data-dir', str(self.data_dir), *self.arguments],
                stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=ENVIRONMENT, text=True)
        ready = threading.Event()

        def read(stdout):
            for line in stdout:
                with open(self.log_path, 'a') as log:
                    log.write(line)
                found = re.search(r'Martlet is ready at http://127\.0\.0\.1:(\d+)', line)
                if found:
                    self.port = int(found.group(1))
                    ready.set()
            ready.set()

        threading.Thread(target=read, args=(self.process.stdout,), daemon=True).start()
        return ready

    def stop(self, timeout=20):
        """Ends the server politely and returns its exit status."""
        return self._end(signal.SIGTERM, timeout)

    def kill(self):
        """Ends the server as a crash does."""
        return self._end(signal.SIGKILL, 20)

    def _end(self, number, timeout):
        if self.process is None:
            return None
        self.process.send_signal(number)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f'the server did not end within {timeout} s:\n{self.log_tail()}')
        finally:
            self.process = None
        return status

    def log_tail(self, lines=40):
        if not self.log_path.exists():
            return '(the server wrote nothing)'
        return ''.join(self.log_path.read_text(errors='replace').splitlines(keepends=True)[-lines:])

    # HTTP, without the SDK

    def request(self, method, path, body=None, headers=None, timeout=60):
        """Sends one request; a dict is sent as JSON. Errors are answers, too."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault('Content-Type', 'application/json')
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        # Whatever proxy the person uses is not meant for this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), error.headers)

    def get(self, path):
        """The JSON at `path` below the API's prefix; anything but 200 is a failure."""
        answer = self.request('GET', API + path)
        assert answer.status == 200, f'GET {path}: {answer}'
        return answer.json

    def upload(self, content, name, file_name='pipeline.yaml', route='upload', **query):
        """Uploads a pipeline as a browser or `curl -F` would."""
        boundary = 'martlet-end-to-end'
        head = (f'--{boundary}\r\nContent-Disposition: form-data; name="uploadfile"; '
                f'filename="{file_name}"\r\nContent-Type: application/octet-stream\r\n\r\n')
        body = head.encode() + content + f'\r\n--{boundary}--\r\n'.encode()
        query = urllib.parse.urlencode({'name': name, **query})
        return self.request('POST', f'{API}/pipelines/{route}?{query}', body,
                            {'Content-Type': f'multipart/form-data; boundary={boundary}'})

    def submit(self, spec, parameters=None, name='end to end'):
        """Submits a compiled pipeline, as a dict, and returns the answer."""
        return self.request('POST', f'{API}/runs', {
            'display_name': name, 'pipeline_spec': spec, 'runtime_config': {'parameters': parameters or {}}})

    # Runs

    def run(self, pipeline, timeout=180, **parameters):
        """Runs a pipeline function or a compiled dict to its end; returns the finished run."""
        spec = pipeline if isinstance(pipeline, dict) else compiled(pipeline)
        answer = self.submit(spec, parameters)
        assert answer.status == 200, answer
        return self.finished(answer.json['run_id'], timeout)

    def finished(self, run_id, timeout=180):
        """Waits for a run's end, whatever it is, and returns the run."""
        latest = {}

        def over():
            latest.update(self.get(f'/runs/{run_id}'))
            return latest.get('state') in FINAL_RUN_STATES

        try:
            eventually(over, timeout, 0.1)
        except TimeoutError:
            raise AssertionError(
                f'run {run_id} is still {latest.get("state")} after {timeout} s\n'
                f'{self.story(run_id)}\nserver log:\n{self.log_tail()}') from None
        return latest

    def tasks(self, run_id):
        """A run's tasks by path: `root`, `train`, `prepare.split`."""
        listed = self.pages(f'/runs/{run_id}/tasks', 'tasks')
        return {task['task_id'].removeprefix(run_id + '.'): Task(task) for task in listed}

    def pages(self, path, rows, **query):
        """All rows of a list, page by page."""
        found, token = [], ''
        while token is not None:
            page = self.get(f'{path}?' + urllib.parse.urlencode({'page_size': 200, 'page_token': token, **query}, doseq=True))
            found += page.get(rows, [])
            token = page.get('next_page_token')
        return found

    def task_log(self, run_id, path, **query):
        """The text of a task's log."""
        query = '?' + urllib.parse.urlencode(query) if query else ''
        answer = self.request('GET', f'{API}/runs/{run_id}/tasks/{run_id}.{path}/log{query}')
        assert answer.status == 200, answer
        return answer.text

    def story(self, run_id):
        """What became of a run, one line a task, for the message of a failed assertion."""
        try:
            run = self.get(f'/runs/{run_id}')
            lines = [f'run {run_id}: {run.get("state")} {json.dumps(run.get("error", {}))}']
            for path, task in sorted(self.tasks(run_id).items()):
                lines.append(f'  {path}: {task.state} {json.dumps(task.reason)}')
            return '\n'.join(lines)
        except (AssertionError, OSError, ValueError) as error:
            return f'(the story of run {run_id} is not to be had: {error})'

    def expect(self, run, state='SUCCEEDED'):
        """Asserts the state of a finished run and tells its story if it is another."""
        assert run.get('state') == state, f'expected {state}\n{self.story(run["run_id"])}\n{self.log_tail()}'
        return run

    def succeed(self, pipeline, timeout=180, **parameters):
        """Runs a pipeline that must succeed and returns its tasks by path."""
        return self.tasks(self.expect(self.run(pipeline, timeout, **parameters))['run_id'])


class Task:
    """A task as REST tells it."""

    def __init__(self, raw):
        self.raw = raw

    @property
    def state(self):
        return self.raw.get('state')

    @property
    def reason(self):
        return self.raw.get('reason') or {}

    @property
    def attempts(self):
        return self.raw.get('attempts', [])

    @property
    def parameters(self):
        """Output parameters by name."""
        return {p['parameter_key']: p.get('value') for p in self.raw.get('outputs', {}).get('parameters', [])}

    @property
    def artifacts(self):
        """Output artifacts by name; lists by their first."""
        return self._artifacts('outputs')

    @property
    def input_artifacts(self):
        return self._artifacts('inputs')

    def _artifacts(self, side):
        groups = self.raw.get(side, {}).get('artifacts', [])
        return {group['artifact_key']: Artifact(group['artifacts'][0]) for group in groups}

    def __repr__(self):
        return f'<{self.raw.get("task_id")} {self.state} {self.reason} {self.raw.get("outputs")}>'


class Artifact:
    """An artifact as REST tells it. Local artifacts are read where they are."""

    def __init__(self, raw):
        self.raw = raw
        self.id = raw['artifact_id']
        self.uri = raw['uri']
        self.metadata = raw.get('metadata', {})
        # `system.Dataset` and `Dataset` are the same type in two vocabularies.
        self.type = str(raw.get('type', '')).removeprefix('system.')

    @property
    def path(self):
        return pathlib.Path(self.uri)


def compiled(pipeline):
    """The pipeline spec of a pipeline function, as the SDK compiles it to a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'pipeline.yaml')
        compiler.Compiler().compile(pipeline, path)
        with open(path) as file:
            return next(yaml.safe_load_all(file))


def leftovers(folder):
    """Removes a test's folder, also where a task's process still writes to it."""
    shutil.rmtree(folder, ignore_errors=True)
