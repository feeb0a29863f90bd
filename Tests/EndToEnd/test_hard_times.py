"""Whatever fails around a server, it says so or waits; no work is lost, done twice, or waited for in vain."""

import concurrent.futures
import contextlib
import os
import pathlib
import resource
import socket
import struct
import subprocess
import threading
import time

import harness
import kfp
import pytest
from harness import compiled, eventually
from kfp import dsl
from pipelines import EVERY_STEP, four_chains, one_answer, one_script, sh
from processes import is_alive, kill, processes_of


@dsl.pipeline(name='two-tries')
def two_tries(script: str):
    sh(script=script).set_retry(1).set_caching_options(False)


# Tells its own process and those it has started, one of which has left its group; then waits for the word to end.
FAMILY = '''
sleep 300 & near=$!
setsid sleep 300 & far=$!
echo "$$ $near $far" >> {folder}/family
wait $near && echo "slept well" || echo "woken by $?"
while ! test -e {folder}/go; do sleep 0.02; done
'''


def family(server, pipeline, folder):
    """Starts a step with children; returns the run, the step and its two children."""
    answer = server.submit(compiled(pipeline), {'script': FAMILY.format(folder=folder)})
    assert answer.status == 200, answer
    return answer.json['run_id'], next_family(folder, 1)


def next_family(folder, count):
    path = folder / 'family'
    eventually(lambda: path.exists() and path.read_text().count('\n') == count, what='the step to start')
    return [int(word) for word in path.read_text().splitlines()[-1].split()]


def supervisor_of(pid):
    return int(pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(') ')[1].split()[1])


@pytest.mark.parametrize('victim', ['the step', 'its supervisor'])
def test_a_step_that_is_killed_is_tried_again_and_its_children_go(own_server, tmp_path, victim):
    server = own_server.start()
    run_id, (step, *children) = family(server, two_tries, tmp_path)
    kill(step if victim == 'the step' else supervisor_of(step))
    eventually(lambda: not any(map(is_alive, [step, *children])), 10, what='the children to go')
    next_family(tmp_path, 2)
    (tmp_path / 'go').touch()
    for child in next_family(tmp_path, 2)[1:]:
        kill(child)
    server.expect(server.finished(run_id))
    task = server.tasks(run_id)['sh']
    assert [(attempt['state'], (attempt.get('reason') or {}).get('code')) for attempt in task.attempts] == [
        ('FAILED', 'KILLED_BY_SIGNAL') if victim == 'the step' else ('LOST', 'POD_LOST'), ('SUCCEEDED', None)]
    server.stop()
    eventually(lambda: not processes_of(server.data_dir), what='every process to end')


def test_a_grandchild_that_is_killed_is_the_business_of_its_step(own_server, tmp_path):
    server = own_server.start()
    run_id, (_, near, far) = family(server, one_script, tmp_path)
    kill(far)
    kill(near)
    (tmp_path / 'go').touch()
    server.expect(server.finished(run_id))
    assert 'woken by 137' in server.task_log(run_id, 'sh')


@pytest.mark.parametrize('instead', ['mkdir', 'mkfifo', 'ln -s nowhere'])
def test_a_step_that_takes_its_status_away_harms_itself_alone(own_server, instead):
    server = own_server.start()
    run = server.expect(server.run(one_script, script=f'rm ../../status; {instead} ../../status'), 'FAILED')
    message = server.tasks(run['run_id'])['sh'].reason['message']
    assert message.startswith('How the program ended is not known. ') and '/status' in message, message
    server.expect(server.run(one_script, script='true'))
    server.kill()
    server.start()
    assert server.get(f'/runs/{run["run_id"]}')['state'] == 'FAILED'


def test_a_step_that_has_stopped_its_supervisor_can_be_terminated(own_server, tmp_path):
    server = own_server.start()
    script = f'kill -STOP $PPID; touch {tmp_path}/stopped; sleep 300'
    run_id = server.submit(compiled(one_script), {'script': script}).json['run_id']
    eventually((tmp_path / 'stopped').exists, what='the step to stop its supervisor')
    assert server.request('POST', f'{harness.API}/runs/{run_id}:terminate').status == 200
    server.expect(server.finished(run_id, 30), 'FAILED')
    server.stop()
    eventually(lambda: not processes_of(server.data_dir), what='every process to end')


@dsl.pipeline(name='one-after-the-other')
def one_after_the_other(first: str, second: str):
    before = sh(script=first).set_caching_options(False)
    for _ in range(4):
        before = sh(script=second).set_caching_options(False).after(before)


@pytest.mark.parametrize('left', [
    pytest.param(r"""touch "$(printf 'caf\351')" "$TMPDIR/$(printf '\377')" """, id='names that are no text'),
    pytest.param('for i in $(seq 300); do mkdir deeper-folder && cd deeper-folder || break; done 2>&1', id='a path that is too long'),
])
def test_what_a_step_leaves_is_not_found_by_the_next(own_server, left):
    server = own_server.start()
    server.succeed(one_after_the_other, first=left, second='test -z "$(ls -A . "$TMPDIR" | grep -v :$ | grep .)"')


# Disks

def may_mount():
    probe = subprocess.run(['unshare', '--mount', 'true'], capture_output=True)
    return os.geteuid() == 0 and probe.returncode == 0


def mount(*arguments):
    done = subprocess.run(['mount', *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f'file systems cannot be mounted here: {done.stderr.strip()}')


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MiB."""
    if not may_mount():
        pytest.skip('only root may mount file systems')
    disk = tmp_path / 'disk'
    disk.mkdir()
    mount('-t', 'tmpfs', '-o', 'size=24m', 'martlet-test', str(disk))
    yield disk
    subprocess.run(['umount', '--lazy', str(disk)], check=True)


@pytest.fixture
def disk_server(small_disk):
    server = harness.Server(small_disk / 'data', ['--parallelism', '4'])
    # The log of the server is beside its data; it must not be what fills the disk.
    server.log_path = small_disk.parent / 'server.log'
    yield server
    if server.process is not None:
        server.kill()


def fill(disk):
    """Leaves no room at all; returns what has to be removed to have room again."""
    path = disk / 'ballast'
    with contextlib.suppress(OSError), open(path, 'wb', buffering=0) as file:
        while True:
            file.write(b'\0' * 4096)
    return path


def test_steps_that_end_on_a_full_disk_are_told_of_when_there_is_room(disk_server, small_disk, tmp_path):
    server = disk_server.start()
    trace, go = tmp_path / 'trace', tmp_path / 'go'
    script = f'echo ran >> {trace}; while ! test -e {go}; do sleep 0.02; done; echo done >> {trace}'
    run_id = server.submit(compiled(one_script), {'script': script}).json['run_id']
    eventually(trace.exists, what='the step to start')
    ballast = fill(small_disk)
    go.touch()
    eventually(lambda: 'done' in trace.read_text(), what='the step to end')
    refused = server.submit(compiled(one_answer), {'number': 1})
    assert refused.status >= 400 and 'disk' in refused.message and 'full' in refused.message, refused
    # What is there can be read.
    assert server.get(f'/runs/{run_id}')['state'] == 'RUNNING'
    time.sleep(1.5)
    ballast.unlink()
    server.expect(server.finished(run_id, 30))
    assert trace.read_text().split() == ['ran', 'done']
    assert server.succeed(one_answer, number=2)['root'].parameters == {'Output': 2}


def test_a_run_on_a_disk_that_fills_up_goes_on_when_there_is_room(disk_server, small_disk, tmp_path):
    server = disk_server.start()
    trace = tmp_path / 'trace'
    answer = server.submit(compiled(four_chains), {'path': str(trace), 'seconds': 0.2})
    eventually(lambda: trace.exists() and trace.read_text().count('\n') >= 4, what='the first steps')
    ballast = fill(small_disk)
    time.sleep(1.5)
    ballast.unlink()
    run = server.finished(answer.json['run_id'], 60)
    server.expect(run)
    assert sorted(trace.read_text().splitlines()) == EVERY_STEP


PACKAGES = str(pathlib.Path(kfp.__file__).parents[1])


@dsl.component(base_image='python:3.11')
def triple(number: int) -> int:
    return 3 * number


@dsl.pipeline(name='new-environment')
def new_environment(number: int):
    """Needs an environment of its own, into which nothing but pip is installed: the rest comes from elsewhere."""
    task = triple(number=number).set_caching_options(False)
    task.set_env_variable('PIP_DRY_RUN', '1')
    task.set_env_variable('PYTHONPATH', PACKAGES)


def test_an_environment_that_found_the_disk_full_is_built_when_there_is_room(disk_server, small_disk):
    mount('-o', 'remount,size=120m', str(small_disk))
    server = disk_server.start()
    run_id = server.submit(compiled(new_environment), {'number': 2}).json['run_id']
    eventually(lambda: list(small_disk.glob('data/environments/*/venv/bin')), 20, 0.005, what='the environment to begin')
    ballast = fill(small_disk)
    builds = small_disk / 'data' / 'environments'
    [status] = builds.glob('*/builds/1/create/status')
    eventually(lambda: not is_alive(int(status.read_text().splitlines()[1].split()[1])), 60, what='the build to end')
    time.sleep(1.5)
    assert server.get(f'/runs/{run_id}')['state'] == 'RUNNING'
    ballast.unlink()
    server.expect(server.finished(run_id, 60))
    assert list(builds.glob('*/builds/2')), 'the first build was not disturbed'


def test_a_server_on_a_disk_that_cannot_be_written_says_so_and_loses_nothing(disk_server, small_disk):
    server = disk_server.start()
    run = server.expect(server.run(one_answer, number=3))
    server.kill()
    subprocess.run(['mount', '-o', 'remount,ro', str(small_disk)], check=True)
    refused = harness.command('serve', '--port', '0', '--data-dir', str(server.data_dir), timeout=20)
    assert refused.returncode > 0
    assert str(server.data_dir) in refused.stderr and 'Read-only' in refused.stderr, refused.stderr
    assert len(refused.stderr.splitlines()) <= 3, refused.stderr
    subprocess.run(['mount', '-o', 'remount,rw', str(small_disk)], check=True)
    server.start()
    assert server.get(f'/runs/{run["run_id"]}') == run


# The database

FRAME_BYTES = 24 + 4096


@pytest.mark.parametrize('harm', ['torn', 'damaged'])
def test_the_last_writes_of_a_power_failure_are_done_again_and_the_steps_are_not(own_server, tmp_path, harm):
    server = own_server.start()
    trace = tmp_path / 'trace'
    answer = server.submit(compiled(four_chains), {'path': str(trace), 'seconds': 0.1})
    run_id = answer.json['run_id']
    eventually(lambda: trace.exists() and trace.read_text().count('\n') >= 2, what='the first steps')
    # Puts everything so far into the database itself.
    server.stop()
    server.start()
    log = server.data_dir / 'martlet.db-wal'
    harmed = 0
    for _ in range(6):
        time.sleep(0.25)
        server.kill()
        frames = (log.stat().st_size - 32) // FRAME_BYTES if log.exists() else 0
        if frames > 2:
            harmed += 1
            with open(log, 'r+b') as file:
                if harm == 'torn':
                    file.truncate(32 + (frames - 2) * FRAME_BYTES + 1000)
                else:
                    file.seek(32 + (frames - 2) * FRAME_BYTES + 500)
                    file.write(b'\xff' * 100)
        server.start()
    assert harmed > 2
    server.expect(server.finished(run_id, 60))
    assert sorted(trace.read_text().splitlines()) == EVERY_STEP


# The clock

@pytest.fixture(scope='module')
def clock_library(tmp_path_factory):
    library = tmp_path_factory.mktemp('clock') / 'clock.so'
    source = pathlib.Path(__file__).with_name('clock.c')
    subprocess.run(['cc', '-shared', '-fPIC', '-O1', '-o', str(library), str(source)], check=True)
    return library


HOUR = 3600


@pytest.mark.parametrize('jumps', [[-48 * HOUR], [48 * HOUR], [HOUR, -HOUR, 0, 400 * HOUR, -5]])
def test_a_clock_that_is_set_changes_nothing(own_server, tmp_path, clock_library, monkeypatch, jumps):
    added = tmp_path / 'added'
    added.write_bytes(struct.pack('q', 0))
    monkeypatch.setitem(harness.ENVIRONMENT, 'LD_PRELOAD', str(clock_library))
    monkeypatch.setitem(harness.ENVIRONMENT, 'TEST_CLOCK', str(added))
    server = own_server.start()
    trace = tmp_path / 'trace'
    chains = server.submit(compiled(four_chains), {'path': str(trace), 'seconds': 0.2}).json['run_id']
    tries = server.submit(compiled(two_tries), {
        'script': f'echo "$PWD" >> {tmp_path}/tries; case "$PWD" in *~0/scratch/work) sleep 0.5; exit 1;; esac'}).json['run_id']
    eventually(lambda: trace.exists() and trace.read_text().count('\n') >= 2, what='the first steps')
    for number, jump in enumerate(jumps):
        with open(added, 'r+b') as file:
            file.write(struct.pack('q', jump))
        if number % 2:
            server.kill()
            server.start()
        time.sleep(0.3)
    began = server.submit(compiled(one_answer), {'number': 3}).json['run_id']
    for run_id in (chains, tries, began):
        run = server.expect(server.finished(run_id, 30))
        assert run['finished_at'] >= run['created_at'] or min(jumps) < 0
    assert sorted(trace.read_text().splitlines()) == EVERY_STEP
    assert len((tmp_path / 'tries').read_text().splitlines()) == 2


# Too many

def test_a_thousand_submissions_at_once_are_a_thousand_runs(own_server):
    server = own_server.start()
    spec = compiled(one_answer)
    together = threading.Barrier(50)

    def submit(number):
        if number < 50:
            together.wait()
        return server.submit(spec, {'number': number}, name=f'run {number}')

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(submit, range(1000)))
    assert {answer.status for answer in answers} == {200}
    ids = [answer.json['run_id'] for answer in answers]
    assert len(set(ids)) == 1000

    def over():
        filter = '{"predicates": [{"key": "state", "operation": "NOT_EQUALS", "string_value": "SUCCEEDED"}]}'
        return server.request('GET', f'/apis/v2beta1/runs?page_size=1&filter={filter.replace(" ", "")}').json

    server.kill()
    server.start()
    eventually(lambda: not over().get('runs'), 120, 0.5, what='all runs to succeed')
    assert {run['run_id'] for run in server.pages('/runs', 'runs')} == set(ids)


def test_a_server_without_free_descriptors_waits_and_goes_on(own_server, side_effects):
    server = own_server.start()
    open_now = len(os.listdir(f'/proc/{server.process.pid}/fd'))
    run_id = server.submit(compiled(four_chains), {'path': str(side_effects), 'seconds': 0.3}).json['run_id']
    eventually(lambda: side_effects.read_text(), what='the first steps')
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_now + 6, open_now + 200))
    connections = []
    for _ in range(100):
        with contextlib.suppress(OSError):
            connections.append(socket.create_connection(('127.0.0.1', server.port), 1))
    time.sleep(2)
    for connection in connections:
        connection.close()
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_now + 200, open_now + 200))
    run = server.finished(run_id, 60)
    server.expect(run)
    assert sorted(side_effects.read_text().splitlines()) == EVERY_STEP
