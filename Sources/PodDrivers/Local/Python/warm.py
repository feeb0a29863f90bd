"""A Python that has imported KFP's executor and becomes each task by forking.

    python3 warm.py SUPERVISOR MODULE SPARES PAIRS TASKS BYTES

Descriptor 3 is a socket on which the server names the folders of tasks. This process never reads from it: it keeps
pairs waiting there, SPARES at first and up to PAIRS once all have something to do. A pair is SUPERVISOR and a fork of this
process, which is the supervisor's child and forks one task after the other for it. So nothing that happens to this process
or to the server reaches a task. Sources/supervisor/pair.h has the other half.

A task is what a folder's `scratch/program` says, `python3 -m MODULE ...`, and must not be able to tell that it was not started
so. This process and the forkers therefore run no code but the import of MODULE, import next to nothing for themselves and
have no threads. This process ends when the server does, when pairs have been made for TASKS tasks, or when it has grown over
BYTES.
"""

import _signal
import atexit
import builtins
import ctypes
import errno
import gc
import importlib
import os
import runpy
import select
import sys

CONTROL = 3
PR_SET_PDEATHSIG = 1
# Both keep the interpreter's lock: the one is over at once, the other ends the process.
LIBC = ctypes.PyDLL(None, use_errno=True)


def refuse(why):
    """Ends before there were any tasks; they are then started in the ordinary way."""
    os.write(2, f'This Python cannot be kept warm: {why}\n'.encode())
    os._exit(78)


def preload(module):
    """Imports what running a module will import.

    Returns what that wrote, which belongs into every task's log, and what runpy finds out about the module.
    """
    before = os.fstat(1).st_size
    importlib.import_module(module)
    # These the executor's reading of its arguments imports; together they take longer than all the rest of it.
    for name in ('locale', 'shutil'):
        importlib.import_module(name)
    # It will be run as `__main__`, for which it must not have been imported.
    parent, _, name = module.rpartition('.')
    del sys.modules[module]
    delattr(sys.modules[parent], name)
    if len(os.listdir('/proc/self/task')) != 1:
        refuse(f'importing {module} starts threads, which do not survive a fork')
    details = runpy._get_module_details(module)
    with open('log', 'rb') as log:
        log.seek(before)
        return log.read(), details


def rehearse():
    """Uses parts of the standard library as each task will.

    The interpreter rewrites code that it runs for the first times. What it has rewritten here, no task has to, each in
    its own copy of the memory. Nothing of it can be noticed: only modules that are imported anyway are used.
    """
    modules = [sys.modules.get(name) for name in ('argparse', 'json', 'logging', 'inspect')]
    if None in modules:
        return
    argparse, json, logging, inspect = modules
    form = logging.Formatter('%(asctime)s %(levelname)s: %(message)s')
    for _ in range(16):
        parser = argparse.ArgumentParser(prog='', description='')
        for name in ('--path', '--name', '--input'):
            parser.add_argument(name, type=str, required=True, help='')
        found, _ = parser.parse_known_args(['--path', 'a', '--name', 'b', '--input', '{"a": {"b": [1, 2.5, "c"]}}'])
        json.dumps(json.loads(found.input), indent=4)
        form.format(logging.makeLogRecord({'msg': 'a', 'levelname': 'INFO'}))
        inspect.signature(read_program)


def variables_of_the_interpreter():
    """What the interpreter itself has added to its environment (PEP 538), as it would for every task."""
    with open('/proc/self/environ', 'rb') as file:
        given = {entry.partition(b'=')[0] for entry in file.read().split(b'\0')}
    return {name: value for name, value in os.environb.items() if name not in given}


def resident_bytes():
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def serve(supervisor, spares, pairs, tasks, most_bytes):
    """Keeps pairs until it is time to end. Returns in the forks that become tasks, and only there."""
    # Nobody waits for our supervisors.
    _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
    watched = select.poll()
    # Not for messages, which are the pairs': only for the server's end.
    watched.register(CONTROL, 0)
    living = set()
    opened = open_descriptors()
    # Each pair has a share: as many as may be at work can be, several times over.
    share = max(1, tasks // (4 * pairs))
    while True:
        while len(living) < spares and tasks > 0 and resident_bytes() < most_bytes:
            life, wait = make_pair(supervisor, min(share, tasks), (*opened, *living))
            if wait:
                return wait
            tasks -= share
            living.add(life)
            watched.register(life, select.POLLIN)
        if not living:
            os._exit(0)
        for descriptor, _ in watched.poll():
            if descriptor == CONTROL:
                os._exit(0)
            if os.read(descriptor, 1):
                # One more is at work.
                spares = min(spares + 1, pairs)
                continue
            watched.unregister(descriptor)
            living.remove(descriptor)
            os.close(descriptor)


def open_descriptors():
    """What is open but the standard streams: the way to the server, and whatever the import has opened."""
    found = []
    for name in os.listdir('/proc/self/fd'):
        try:
            os.fstat(int(name))
        except OSError:
            continue  # The one with which the folder was listed.
        found.append(int(name))
    return [descriptor for descriptor in found if descriptor > 2]


def fork_for_exec():
    """Forks what will soon be another program. The interpreter in it is not told, which takes as long as the fork."""
    child = LIBC.fork()
    if child < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return child


def make_pair(supervisor, tasks, opened):
    """Returns the descriptor that tells of the pair's life, and in a task what it has to wait on.

    Of all that is open, a task keeps that and the standard streams; `opened` is what was open before.
    """
    life, ours = os.pipe()
    if fork_for_exec() != 0:
        os.close(ours)
        return life, None
    # From here on nothing may return into the loop but the tasks.
    try:
        os.setsid()
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        news, tell = os.pipe()
        wait, go = os.pipe()
        trouble, complain = os.pipe()
        next_one, again = os.pipe()
        parent = os.getpid()
        forker = patiently(os.fork)
        if forker == 0:
            os.setsid()
            die_with(parent)
            for descriptor in (*opened, life, ours, news, go, trouble, again):
                os.close(descriptor)
            fork_tasks(tasks, tell, next_one)
            return None, (wait, complain)
        theirs = (news, go, trouble, again, ours)
        for descriptor in (CONTROL, *theirs):
            os.set_inheritable(descriptor, True)
        os.execve(supervisor, [supervisor, '--pair', *map(str, (forker, *theirs))], {})
    except OSError as error:
        os.write(2, f'cannot make a pair: {error}\n'.encode())
        os._exit(71)


def fork_tasks(count, tell, next_one):
    """Forks one task after the other and tells the supervisor how they end. Returns in the tasks, and only there."""
    us = os.getpid()
    for _ in range(count):
        task = patiently(os.fork)
        if task == 0:
            os.close(tell)
            os.close(next_one)
            die_with(us)
            return
        try:
            os.setpgid(task, task)
        except OSError:
            pass  # It is gone already.
        os.write(tell, task.to_bytes(4, sys.byteorder))
        end = os.waitid(os.P_PID, task, os.WEXITED | os.WNOWAIT)
        try:
            os.killpg(task, _signal.SIGKILL)
        except OSError:
            pass  # There was no rest.
        status = end.si_status << 8 if end.si_code == os.CLD_EXITED else end.si_status
        os.write(tell, status.to_bytes(4, sys.byteorder))
        is_last = not os.read(next_one, 1)
        # Not before its end is written down: until then nobody else can have the number of its group.
        os.waitpid(task, 0)
        if is_last:
            break
    os._exit(0)


def die_with(parent):
    """Has the kernel end us with our parent, as it does every program of a pod."""
    if LIBC.prctl(PR_SET_PDEATHSIG, int(_signal.SIGKILL)) != 0 or os.getppid() != parent:
        os._exit(125)


# What may come back; Sources/supervisor/folder.c has the same list.
PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENFILE, errno.EMFILE, errno.ENOMEM, errno.EAGAIN}


def patiently(action):
    """Does something that needs what may have run out, as soon as it can be done."""
    while True:
        try:
            return action()
        except OSError as error:
            if error.errno not in PASSING:
                raise
        select.select((), (), (), 1)


def read_program():
    """Returns the folder to run in, the arguments and the variables; main.c describes the file."""
    with open('scratch/program', 'rb', buffering=0) as file:
        folder, _, count, *strings = file.readall().split(b'\0')[:-1]
    count = int(count)
    return (folder, [os.fsdecode(argument) for argument in strings[:count]],
            dict(entry.split(b'=', 1) for entry in strings[count:]))


def begin(wait, complain, chatter, additions):
    """Waits for a folder and becomes the program it describes, up to its first own statement."""
    os.environb.clear()
    folder = os.read(wait, 1 << 16)
    if not folder:
        os._exit(125)
    stage = 'enter'
    try:
        os.chdir(folder)
        stage = 'program'
        work, arguments, variables = patiently(read_program)
        stage = 'log'
        log = patiently(lambda: os.open('log', os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        while chatter:
            chatter = chatter[patiently(lambda: os.write(1, chatter)):]
        stage = 'chdir'
        os.chdir(work)
    except (OSError, ValueError) as error:
        number = getattr(error, 'errno', None) or errno.EINVAL
        os.write(complain, failure(number, stage))
        os._exit(127)
    os.environb.update({**variables, **additions})
    os.write(complain, failure(0, ''))
    os.close(wait)
    os.close(complain)
    return arguments


def failure(number, stage):
    """What pair.h calls a struct failure."""
    return number.to_bytes(4, sys.byteorder, signed=True) + stage.encode().ljust(160, b'\0')


def look_started(arguments, unfound):
    """Gives the interpreter the looks of `python3 -m MODULE ...`.

    `unfound` are the places in which there was nothing to import from, though there may be something by now; of all other
    places, changes are noticed. They are not looked for here: each object that is looked at is a page to be copied.
    """
    sys.argv = ['-m', *arguments[3:]]
    if hasattr(sys, 'orig_argv'):
        sys.orig_argv = arguments
    if not getattr(sys.flags, 'safe_path', False):
        sys.path.insert(0, os.getcwd())
    for path in unfound:
        del sys.path_importer_cache[path]
    main = type(sys)('__main__')
    main.__builtins__ = builtins
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    sys.modules['__main__'] = main


def run(module, details):
    """Runs a module as `python3 -m` does and returns the exit status."""
    find_out = runpy._get_module_details

    def remember(*_):
        runpy._get_module_details = find_out
        return details

    runpy._get_module_details = remember
    try:
        runpy._run_module_as_main(module)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return (end.code or 0) & 0xFF
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:
        # Without our own line at the top of the traceback.
        error.__traceback__ = error.__traceback__.tb_next
        sys.excepthook(type(error), error, error.__traceback__)
        if isinstance(error, KeyboardInterrupt):
            # The interpreter ends itself by the signal; it has nothing left to say.
            sys.excepthook = lambda *_: None
            raise
        return 1
    return 0


def leave(status, preloaded):
    """Ends the task as the interpreter does, without taking the interpreter apart, which takes most of the time.

    Only where nobody can tell: what the task brought in goes as usual, and with other threads all goes as usual.
    """
    if sys.version_info < (3, 10) or len(os.listdir('/proc/self/task')) != 1:
        sys.exit(status)
    if 'threading' in sys.modules:
        sys.modules['threading']._shutdown()
    atexit._run_exitfuncs()
    status = flush() or status
    brought = brought_in(preloaded)
    sys.modules.update(dict.fromkeys(brought))
    gc.collect()
    # One after the other and not as one heap of garbage, in which a file could be closed before it is flushed.
    for module in reversed(brought.values()):
        clear(module)
    gc.collect()
    LIBC.exit(flush() or status)


def brought_in(preloaded):
    """The modules of the task's own, oldest first.

    All come after ours in the order of their import but `__main__`. Looking at each of ours as well would be to copy
    the page it is on, of which there are so many that it took more time than most tasks; so one that somebody has put
    in the place of one of ours is passed over.
    """
    last = next(reversed(preloaded))
    names = []
    for name in reversed(sys.modules):
        if name == last:
            break
        names.append(name)
    names.append('__main__')
    found = {name: sys.modules.get(name) for name in reversed(names)}
    return {name: module for name, module in found.items() if preloaded.get(name) is not module}


def clear(module):
    """Lets go of what a module holds, private names first, as the interpreter does at its end."""
    contents = getattr(module, '__dict__', {})
    for is_private in (True, False):
        for name in list(contents):
            if name != '__builtins__' and is_private == (name[:1] == '_' and name[1:2] != '_'):
                contents[name] = None


def flush():
    """Returns the interpreter's own status for output that is lost, or 0."""
    status = 0
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception:
            status = 120
    return status


def main():
    supervisor, module, *limits = sys.argv[1:]
    needed = ((runpy, '_get_module_details'), (runpy, '_run_module_as_main'), (LIBC, 'prctl'), (LIBC, 'fork'))
    if not all(hasattr(*pair) for pair in needed):
        refuse('it lacks what is needed to run modules after a fork')
    # Where this file is, which no task would find in its path.
    del sys.path[0]
    additions = variables_of_the_interpreter()
    chatter, details = preload(module)
    rehearse()
    preloaded = dict(sys.modules)
    unfound = [path for path, finder in sys.path_importer_cache.items() if finder is None]
    # Objects that live for ever are not looked at again, and so stay shared between all forks.
    gc.collect()
    gc.freeze()
    wait, complain = serve(supervisor, *map(int, limits))
    look_started(begin(wait, complain, chatter, additions), unfound)
    leave(run(module, details), preloaded)


main()
