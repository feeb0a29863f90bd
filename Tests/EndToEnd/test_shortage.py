"""Whatever runs out while a step starts or ends, it waits: nothing has run yet, or how it ended is not forgotten."""

import errno
import pathlib
import subprocess
import time

import harness
import pytest
from harness import PROJECT, compiled, eventually
from kfp import dsl
from processes import kill

HERE = pathlib.Path(__file__).parent


@dsl.component(base_image='python:3.11')
def double(number: int) -> int:
    return 2 * number


@dsl.pipeline(name='one-python')
def one_python(number: int) -> int:
    return double(number=number).set_caching_options(False).output


def build(result, *arguments):
    subprocess.run(['cc', '-O1', '-U_FORTIFY_SOURCE', '-o', str(result), *map(str, arguments)], check=True)
    return result


@pytest.fixture(scope='module')
def shortage(tmp_path_factory):
    return build(tmp_path_factory.mktemp('shortage') / 'shortage.so', '-shared', '-fPIC', HERE / 'shortage.c')


@pytest.fixture(scope='module')
def shortage_of_forks(tmp_path_factory):
    return build(tmp_path_factory.mktemp('shortage') / 'forks.so', '-shared', '-fPIC', '-DWITHOUT_VFORK',
                 HERE / 'shortage.c')


@pytest.fixture(scope='module')
def supervisor(tmp_path_factory):
    """The real one may be linked in a way that lets nobody come between it and the system."""
    sources = (PROJECT / 'Sources' / 'supervisor').glob('*.c')
    return build(tmp_path_factory.mktemp('supervisor') / 'martlet-supervisor', *sources)


class Folder:
    """A folder of a step, and a shortage that lasts as long as a file is there."""

    def __init__(self, path, supervisor, shortage, what):
        self.path = path / 'step'
        self.path.mkdir()
        self.lasting = path / 'lasting'
        self.lasting.touch()
        self.trace = path / 'trace'
        self.go = path / 'go'
        script = f'echo ran >> {self.trace}; while ! test -e {self.go}; do sleep 0.02; done'
        program = [str(path), '60000 1000', '3', 'sh', '-c', script, 'PATH=/usr/bin:/bin']
        self.write('scratch/program', program)
        self.kept = {'scratch', 'status', 'log'}
        if what.startswith('pipe'):
            # Only a program with steps, or with mounts, needs one.
            self.write('scratch/steplist', ['first', 'steps/0', 'before'])
            self.write('steps/0/scratch/program', [str(path), '', '1', 'true', 'PATH=/usr/bin:/bin'])
            self.kept.add('steps')
        # Two at once, as a server that was killed and the next one would start them.
        self.supervisors = [subprocess.Popen([str(supervisor), str(self.path)], env={
            'LD_PRELOAD': str(shortage), 'TEST_SHORTAGE': what, 'TEST_SHORTAGE_WHILE': str(self.lasting)})
            for _ in range(2)]

    def end(self):
        self.go.touch()
        statuses = [supervisor.wait(20) for supervisor in self.supervisors]
        assert statuses == [0, 0]
        claimed, started, exited, nothing = self.status().split('\n')
        assert (claimed.split()[0], started.split()[0], exited.split()[:2], nothing) == (
            'claimed', 'started', ['exited', '0'], '')
        assert self.trace.read_text() == 'ran\n'
        assert {entry.name for entry in self.path.iterdir()} == self.kept

    def write(self, name, words):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b''.join(word.encode() + b'\0' for word in words))

    def status(self):
        path = self.path / 'status'
        return path.read_text() if path.exists() else ''

    def kill(self):
        for supervisor in self.supervisors:
            kill(supervisor.pid)
            supervisor.wait()


@pytest.fixture
def folder(request, tmp_path, supervisor, shortage, shortage_of_forks):
    shim = shortage_of_forks if request.param.startswith('fork') else shortage
    folder = Folder(tmp_path, supervisor, shim, request.param)
    yield folder
    folder.kill()


def without(*what):
    return pytest.mark.parametrize('folder', what, indirect=True)


@without(f'open {errno.ENOSPC} .claim', f'rename {errno.EDQUOT} status', f'open {errno.EMFILE} scratch/program',
         f'open {errno.ENFILE} scratch/mounts', f'pipe {errno.EMFILE}', f'fork {errno.EAGAIN}', f'open {errno.ENOSPC} log')
def test_what_cannot_start_yet_starts_later_and_once(folder):
    time.sleep(1.3)
    assert not folder.trace.exists() and '\n' not in folder.status().partition('\n')[2]
    assert [supervisor.poll() for supervisor in folder.supervisors].count(None) >= 1
    folder.lasting.unlink()
    folder.end()


@without(f'rename {errno.EINVAL} status')
def test_a_folder_is_claimed_also_where_nothing_can_be_renamed_without_replacing(folder):
    eventually(lambda: '\nstarted ' in folder.status(), 5, what='the start to be told of')
    folder.end()


@without(f'write {errno.ENOSPC} started')
def test_a_step_of_which_nobody_knew_that_it_runs_can_be_stopped_later(folder):
    eventually(folder.trace.exists, 5, what='the step to run')
    time.sleep(0.3)
    assert 'sta' not in folder.status()
    folder.lasting.unlink()
    eventually(lambda: '\nstarted ' in folder.status(), 5, what='the start to be told of')
    folder.end()


@without(f'write {errno.EDQUOT} exited')
def test_a_step_that_has_ended_tells_how_when_it_can(folder):
    folder.go.touch()
    eventually(folder.trace.exists, 5, what='the step to run')
    time.sleep(1.3)
    assert folder.status().count('\n') == 2
    folder.lasting.unlink()
    folder.end()


@without(f'open {errno.EACCES} log')
def test_what_will_not_pass_is_said_at_once(folder):
    assert [supervisor.wait(20) for supervisor in folder.supervisors] == [0, 0]
    assert f'\nsetup {errno.EACCES} ' in folder.status()
    assert not folder.trace.exists()


def test_a_fork_of_the_warm_python_waits_for_its_log(prepared_server, shortage, tmp_path, monkeypatch):
    lasting = tmp_path / 'lasting'
    monkeypatch.setitem(harness.ENVIRONMENT, 'LD_PRELOAD', str(shortage))
    # Relative, as only those name it who work in the folder of a step.
    monkeypatch.setitem(harness.ENVIRONMENT, 'TEST_SHORTAGE', f'open {errno.ENOSPC} log')
    monkeypatch.setitem(harness.ENVIRONMENT, 'TEST_SHORTAGE_WHILE', str(lasting))
    server = prepared_server.start()
    server.succeed(one_python, number=1)
    lasting.touch()
    run_id = server.submit(compiled(one_python), {'number': 2}).json['run_id']
    folder = eventually(lambda: next((server.data_dir / 'pods' / run_id).glob('*~0/status'), None), 10,
                        what='the step to be taken').parent
    time.sleep(1.3)
    assert server.get(f'/runs/{run_id}')['state'] == 'RUNNING' and not (folder / 'log').exists()
    lasting.unlink()
    server.expect(server.finished(run_id, 20))


# Outside of the shortage, which is the server's.
@dsl.container_component
def write_data(data: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['env', '-u', 'LD_PRELOAD', 'sh', '-ec', 'mkdir -p "$(dirname "$0")"; echo x > "$0"'],
        args=[data.path])


@dsl.pipeline(name='one-artifact')
def one_artifact():
    write_data()


def test_an_artifact_is_looked_at_when_the_server_has_descriptors_for_it(own_server, shortage, tmp_path, monkeypatch):
    lasting = tmp_path / 'lasting'
    lasting.touch()
    monkeypatch.setitem(harness.ENVIRONMENT, 'LD_PRELOAD', str(shortage))
    artifacts = own_server.data_dir / 'artifacts'
    monkeypatch.setitem(harness.ENVIRONMENT, 'TEST_SHORTAGE', f'open {errno.EMFILE} {artifacts.resolve()}/one-artifact')
    monkeypatch.setitem(harness.ENVIRONMENT, 'TEST_SHORTAGE_WHILE', str(lasting))
    server = own_server.start()
    run_id = server.submit(compiled(one_artifact), {}).json['run_id']
    eventually(lambda: list(artifacts.glob('one-artifact/*/*/*/data')), 10, what='the step to write')
    time.sleep(1.5)
    assert server.get(f'/runs/{run_id}')['state'] == 'RUNNING'
    lasting.unlink()
    server.expect(server.finished(run_id, 20))
    [group] = server.tasks(run_id)['write-data'].raw['outputs']['artifacts']
    assert group['artifacts'][0]['digest'].startswith('sha256:')


def test_a_step_waits_for_a_disk_that_can_be_written_to_and_says_so(own_server, shortage, tmp_path, monkeypatch):
    lasting = tmp_path / 'lasting'
    lasting.touch()
    monkeypatch.setitem(harness.ENVIRONMENT, 'LD_PRELOAD', str(shortage))
    pods = own_server.data_dir.resolve() / 'pods'
    monkeypatch.setitem(harness.ENVIRONMENT, 'TEST_SHORTAGE', f'mkdir {errno.EROFS} {pods}/')
    monkeypatch.setitem(harness.ENVIRONMENT, 'TEST_SHORTAGE_WHILE', str(lasting))
    server = own_server.start()
    run_id = server.submit(compiled(one_artifact), {}).json['run_id']

    def reason():
        task = server.tasks(run_id).get('write-data')
        return task and task.reason and 'Read-only file system' in task.reason['message']

    eventually(reason, 10, what='the reason to be told')
    time.sleep(1.2)
    assert server.get(f'/runs/{run_id}')['state'] == 'RUNNING'
    lasting.unlink()
    server.expect(server.finished(run_id, 20))
