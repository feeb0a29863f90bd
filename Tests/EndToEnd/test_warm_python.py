"""Tasks that are forks of a warm Python cannot tell, and leave nothing behind for each other."""

import json
import os
import re
import signal

import harness
import pytest
from harness import eventually
from kfp import dsl
from processes import is_alive, processes_of, warm_pythons

IMAGE = 'python:3.11'
# Of no effect, but read by an interpreter when it starts: such a task gets a Python of its own.
OWN_PYTHON = ('LC_PAPER', 'C')

# Modules that a warm Python has imported for itself; all of them are Python's own.
OWN_MODULES = {'_ctypes', '_struct', 'ctypes', 'ctypes._endian', 'runpy', 'select', 'struct', 'pkgutil', 'zipimport'}


@dsl.component(base_image=IMAGE)
def look() -> dict:
    """Everything a task can see of its process, but for what differs between any two tasks."""
    import __main__
    import gc
    import inspect
    import json
    import locale
    import logging
    import multiprocessing
    import os
    import resource
    import signal
    import sys
    import tempfile
    import threading
    import warnings

    def stream(stream):
        return [type(stream).__name__, stream.encoding, stream.errors, stream.line_buffering, stream.write_through,
                stream.isatty(), stream.name, stream.mode, type(stream.buffer).__name__]

    modules = sorted(sys.modules)
    mask = os.umask(0)
    os.umask(mask)
    pod = os.path.dirname(os.getcwd())
    seen = {
        'signals': {number: str(signal.getsignal(number)) for number in range(1, 32)},
        'blocked': sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        'umask': mask,
        'cwd': os.getcwd(),
        'descriptors': {name: os.readlink(f'/proc/self/fd/{name}') for name in os.listdir('/proc/self/fd')
                        if os.path.exists(f'/proc/self/fd/{name}')},
        'argv': sys.argv,
        'original argv': sys.orig_argv,
        'path': sys.path,
        'flags': str(sys.flags),
        'executable': [sys.executable, sys.prefix, sys.base_prefix],
        'streams': [stream(each) for each in (sys.stdin, sys.stdout, sys.stderr)],
        'encodings': [sys.getfilesystemencoding(), locale.getpreferredencoding(), locale.setlocale(locale.LC_ALL)],
        'limits': [
            resource.getrlimit(getattr(resource, kind)) for kind in dir(resource) if kind.startswith('RLIMIT_')],
        'interpreter': [sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(), gc.get_threshold(),
                        sys.gettrace(), sys.getprofile(), str(sys.excepthook), str(sys.displayhook)],
        'warnings': [str(each) for each in warnings.filters],
        'threads': [thread.name for thread in threading.enumerate()] + [len(os.listdir('/proc/self/task'))],
        'multiprocessing': [multiprocessing.get_start_method(), len(multiprocessing.active_children())],
        'main': {name: str(value) for name, value in vars(__main__).items()
                 if not callable(value) and name != '__builtins__'},
        'builtins': str(__main__.__builtins__),
        'source': inspect.getsource(look),
        'component': __file__,
        'temporary folder': tempfile.gettempdir() == os.environ.pop('TMPDIR'),
        'environment': dict(os.environ),
        'group': [os.getpgid(0) == os.getpid(), os.getsid(0) == os.getppid(), os.nice(0)],
        'logging': [str(handler) for handler in logging.getLogger().handlers] + [logging.getLogger().level],
        'leftovers': [hasattr(os, 'leftover'), hasattr(__main__.__builtins__, 'leftover'), 'leftover' in modules],
    }
    how = 'warm' if 'warm.py' in open('/proc/self/cmdline').read() else 'fresh'
    return {'how': how, 'seen': json.loads(json.dumps(seen).replace(pod, 'POD')), 'modules': modules}


@dsl.component(base_image=IMAGE)
def pollute() -> str:
    """Leaves as much as it can behind."""
    import builtins
    import gc
    import locale
    import logging
    import multiprocessing
    import os
    import random
    import signal
    import sys
    import tempfile
    import threading
    import types
    import warnings

    random.seed(1)
    os.umask(0o777)
    os.chdir('/')
    os.environ['LEFTOVER'] = 'yes'
    os.leftover = builtins.leftover = True
    os.open('/dev/null', os.O_RDONLY)
    sys.modules['leftover'] = types.ModuleType('leftover')
    sys.path.append('/leftover')
    sys.argv.append('leftover')
    sys.setrecursionlimit(5000)
    sys.excepthook = print
    gc.disable()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    locale.setlocale(locale.LC_ALL, 'C')
    logging.getLogger().addHandler(logging.NullHandler())
    multiprocessing.set_start_method('spawn')
    tempfile.tempdir = '/leftover'
    warnings.simplefilter('error')
    threading.Thread(target=signal.pause, daemon=True).start()
    return 'warm' if 'warm.py' in open('/proc/self/cmdline').read() else 'fresh'


@dsl.component(base_image=IMAGE)
def chance() -> list:
    import os
    import random
    import tempfile
    import uuid
    return [random.random(), random.Random().random(), os.urandom(8).hex(), str(uuid.uuid4()),
            os.path.basename(tempfile.mktemp())]


@dsl.component(base_image=IMAGE)
def end(way: str):
    """Ends in one of many ways."""
    import atexit
    import os
    import signal
    import subprocess
    import sys
    import threading
    import time
    import weakref

    global kept

    class Speaking:
        def __del__(self):
            print('let go', flush=True)

    print('task says', way)
    if way == 'returns':
        pass
    elif way == 'status':
        sys.exit(3)
    elif way == 'large status':
        sys.exit(259)
    elif way == 'text':
        sys.exit('a reason')
    elif way == 'at once':
        os._exit(4)
    elif way == 'raises':
        try:
            {}['missing']
        except KeyError:
            raise ValueError('a value')
    elif way == 'interrupted':
        raise KeyboardInterrupt
    elif way == 'terminated':
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    elif way == 'aborted':
        os.abort()
    elif way == 'own hook':
        sys.excepthook = lambda kind, value, trace: print('hooked', kind.__name__)
        raise ValueError('a value')
    elif way == 'at exit':
        atexit.register(print, 'first registered')
        atexit.register(print, 'last registered')
    elif way == 'unflushed':
        # This is the log.
        kept = open('/proc/self/fd/1', 'a')
        kept.write('what nobody flushed')
    elif way == 'global object':
        kept = Speaking()
    elif way == 'cycle':
        kept = [Speaking()]
        kept.append(kept)
    elif way == 'finalizer':
        kept = type('Kept', (), {})()
        weakref.finalize(kept, print, 'finalized')
    elif way == 'thread':
        def late():
            time.sleep(0.2)
            print('the thread has ended')
        threading.Thread(target=late).start()
    elif way == 'daemon':
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    elif way == 'subprocess':
        print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout)
    elif way == 'stderr':
        sys.stderr.write('no line end')
    elif way == 'closed':
        sys.stdout.close()


WAYS = ['returns', 'status', 'large status', 'text', 'at once', 'raises', 'interrupted', 'terminated', 'aborted',
        'own hook', 'at exit', 'unflushed', 'global object', 'cycle', 'finalizer', 'thread', 'daemon', 'subprocess',
        'stderr', 'closed']


@dsl.component(base_image=IMAGE)
def spread() -> list:
    """Starts processes in each of multiprocessing's ways, from a function of the component's own module."""
    import math
    import multiprocessing
    answers = []
    for method in ('fork', 'spawn', 'forkserver'):
        with multiprocessing.get_context(method).Pool(2) as pool:
            answers.append(pool.map(math.factorial, [3, 4, 5]))
    return answers


@dsl.component(base_image=IMAGE)
def wait_for(path: str, started: str) -> str:
    import os
    import time
    with open(started, 'a') as file:
        file.write(f'{os.getpid()} {os.getppid()}\n')
    while not os.path.exists(path):
        time.sleep(0.02)
    return 'warm' if 'warm.py' in open('/proc/self/cmdline').read() else 'fresh'


@dsl.component(base_image=IMAGE)
def sleep_with_child(started: str):
    import os
    import subprocess
    import time
    child = subprocess.Popen(['sh', '-c', 'setsid sleep 60 & echo $!; wait'], stdout=subprocess.PIPE, text=True)
    with open(started, 'w') as file:
        file.write(f'{os.getpid()} {child.pid} {child.stdout.readline()}\n')
    time.sleep(60)


@dsl.component(base_image=IMAGE, packages_to_install=['six==1.16.0'])
def with_package() -> str:
    import six
    return f'{six.__version__} ' + ('warm' if 'warm.py' in open('/proc/self/cmdline').read() else 'fresh')


@dsl.component(base_image=IMAGE, packages_to_install=['six==1.17.0'], use_venv=True)
def with_own_environment() -> str:
    import six
    return f'{six.__version__} ' + ('warm' if 'warm.py' in open('/proc/self/cmdline').read() else 'fresh')


def fresh(task):
    return task.set_env_variable(*OWN_PYTHON)


@dsl.pipeline(name='looks')
def looks():
    before = pollute().set_caching_options(False)
    first = look().set_caching_options(False).after(before)
    fresh(look().set_caching_options(False).after(first))


@dsl.pipeline(name='chances')
def chances():
    for _ in range(4):
        chance().set_caching_options(False)


@dsl.pipeline(name='ways')
def ways():
    for way in WAYS:
        end(way=way).set_caching_options(False)
        fresh(end(way=way).set_caching_options(False))


@dsl.pipeline(name='one-spread')
def one_spread() -> list:
    return spread().set_caching_options(False).output


@dsl.pipeline(name='one-wait')
def one_wait(path: str, started: str) -> str:
    return wait_for(path=path, started=started).set_caching_options(False).output


@dsl.pipeline(name='one-sleep')
def one_sleep(started: str):
    sleep_with_child(started=started).set_caching_options(False)


@dsl.pipeline(name='one-environment')
def one_environment() -> str:
    return with_own_environment().set_caching_options(False).output


@dsl.pipeline(name='one-package')
def one_package() -> str:
    return with_package().set_caching_options(False).output


def test_a_task_sees_what_a_fresh_process_sees_whatever_ran_before(server):
    tasks = server.succeed(looks)
    assert tasks['pollute'].parameters['Output'] == 'warm'
    warm, own = tasks['look'].parameters['Output'], tasks['look-2'].parameters['Output']
    assert (warm['how'], own['how']) == ('warm', 'fresh')
    # What the two were told apart by.
    assert own['seen']['environment'].pop(OWN_PYTHON[0]) == OWN_PYTHON[1]

    def named_alike(seen):
        # Each task has a name, and with it paths, of its own.
        text = json.dumps(seen).replace('look-2', 'look')
        return json.loads(re.sub(r'0x[0-9a-f]+', '0x', text))

    warm_seen, own_seen = named_alike(warm['seen']), named_alike(own['seen'])
    for what in own_seen:
        assert warm_seen[what] == own_seen[what], what
    assert set(own['modules']) - set(warm['modules']) == set()
    assert set(warm['modules']) - set(own['modules']) <= OWN_MODULES


def test_no_two_tasks_draw_the_same_numbers(server):
    drawn = [task.parameters['Output'] for path, task in server.succeed(chances).items() if path != 'root']
    assert len(drawn) == 4
    for same_kind in zip(*drawn):
        assert len(set(same_kind)) == 4, same_kind


def test_a_task_ends_as_a_fresh_process_does_in_every_way(server):
    run = server.run(ways)
    tasks = server.tasks(run['run_id'])
    for index, way in enumerate(WAYS):
        names = [f'end-{number}' if number > 1 else 'end' for number in (2 * index + 1, 2 * index + 2)]
        outcomes = []
        for name in names:
            task = tasks[name]
            # Times and the task's own name, process and folders differ.
            log = re.sub(r'\d\d\d\d-\d\d-\d\d [\d:,]+', 'TIME', server.task_log(run['run_id'], name))
            log = re.sub(rf'/{name}~0\b', '/NAME', log)
            # A stack that somebody prints, unlike a traceback, begins in the warm Python.
            log = re.sub(r'  File "[^"]*/warm.py", line .*\n    .*\n', '', log)
            reason = {key: task.reason.get(key) for key in ('code', 'details')}
            outcomes.append((task.state, reason, log))
        assert outcomes[0] == outcomes[1], f'{way}: warm, then fresh'


def test_processes_of_a_task_start_in_every_way(server):
    assert server.succeed(one_spread)['root'].parameters['Output'] == [[6, 24, 120]] * 3


def test_packages_of_a_component_are_there_and_its_python_is_warm(server):
    assert server.succeed(one_package)['root'].parameters['Output'] == '1.16.0 warm'


def test_a_component_with_an_environment_of_its_own_has_a_warm_python_of_its_own(server):
    assert server.succeed(one_environment)['root'].parameters['Output'] == '1.17.0 warm'


def start(server, pipeline, tmp_path):
    started = tmp_path / 'started'
    parameters = {'started': str(started)}
    if pipeline is one_wait:
        parameters['path'] = str(tmp_path / 'go')
    answer = server.submit(harness.compiled(pipeline), parameters)
    assert answer.status == 200, answer
    eventually(lambda: started.exists() and started.read_text().endswith('\n'), what='the task to start')
    return answer.json['run_id'], [int(word) for word in started.read_text().split()]


def test_killing_the_warm_python_harms_no_task(prepared_server, tmp_path):
    server = prepared_server.start()
    run_id, _ = start(server, one_wait, tmp_path)
    killed = warm_pythons(server)
    assert len(killed) == 1
    os.kill(killed[0], signal.SIGKILL)
    (tmp_path / 'go').touch()
    server.expect(server.finished(run_id))
    assert server.tasks(run_id)['root'].parameters['Output'] == 'warm'
    again = server.succeed(one_wait, path=str(tmp_path / 'go'), started=str(tmp_path / 'started'))
    assert again['root'].parameters['Output'] == 'warm'
    assert warm_pythons(server) != killed


def test_a_task_outlives_a_killed_server_and_the_warm_python_does_not(prepared_server, tmp_path):
    server = prepared_server.start()
    run_id, (task, _) = start(server, one_wait, tmp_path)
    warm = warm_pythons(server)
    server.kill()
    eventually(lambda: not any(map(is_alive, warm)), what='the warm Python to end')
    assert is_alive(task)
    server.start()
    (tmp_path / 'go').touch()
    server.expect(server.finished(run_id))
    assert server.tasks(run_id)['root'].parameters['Output'] == 'warm'
    assert len((tmp_path / 'started').read_text().splitlines()) == 1
    server.stop()
    eventually(lambda: not processes_of(server.data_dir), what='every process to end')


def test_a_terminated_task_takes_its_grandchildren_along(prepared_server, tmp_path):
    server = prepared_server.start()
    run_id, family = start(server, one_sleep, tmp_path)
    assert server.request('POST', f'/apis/v2beta1/runs/{run_id}:terminate').status == 200
    server.expect(server.finished(run_id), 'FAILED')
    assert server.tasks(run_id)['sleep-with-child'].reason['code'] == 'TERMINATED'
    eventually(lambda: not any(map(is_alive, family)), what='the task and its children to end')


def test_it_can_be_turned_off(prepared_server, tmp_path):
    prepared_server.arguments += ['--warm-python', 'off']
    server = prepared_server.start()
    assert server.succeed(one_package)['root'].parameters['Output'] == '1.16.0 fresh'
    assert warm_pythons(server) == []


def test_only_on_and_off_are_understood(tmp_path):
    refused = harness.command('serve', '--data-dir', str(tmp_path / 'data'), environment={
        'MARTLET_WARM_PYTHON': 'maybe'})
    assert refused.returncode != 0
    assert "warmPython: expected one of on, off, found 'maybe'" in refused.stderr
