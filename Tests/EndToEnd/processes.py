"""What runs on this machine because of a server."""

import os
import pathlib
import signal


def command_line(pid):
    try:
        return pathlib.Path(f'/proc/{pid}/cmdline').read_text()
    except OSError:
        return ''


def is_alive(pid):
    try:
        return ') Z ' not in pathlib.Path(f'/proc/{pid}/stat').read_text()
    except OSError:
        return False


def processes_of(folder):
    """Living processes that have a folder in their command line, or work in it."""
    def works_in(pid):
        try:
            return os.readlink(f'/proc/{pid}/cwd')
        except OSError:
            return ''
    pids = [int(entry.name) for entry in pathlib.Path('/proc').iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if is_alive(pid)
            and (str(folder) in command_line(pid) or works_in(pid).startswith(str(folder)))]


def warm_pythons(server):
    """Process ids of a server's warm Pythons; their forks are not its children."""
    children = pathlib.Path(f'/proc/{server.process.pid}/task').glob('*/children')
    try:
        pids = [int(pid) for listed in children for pid in listed.read_text().split()]
    except OSError:
        return []
    return [pid for pid in pids if 'warm.py' in command_line(pid)]


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
