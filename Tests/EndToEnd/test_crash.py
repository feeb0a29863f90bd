"""Nothing is lost, and nothing runs twice, whatever becomes of the server."""

import fcntl
import os
import signal
import socket
import subprocess
import time

import harness
import pytest
from harness import compiled, eventually
from pipelines import EVERY_STEP, four_chains, one_answer, one_script

# How long a server holds the runs that it drives without saying that it still does.
LEASE_SECONDS = 30
# As a person waits for a prompt.
SECONDS_TO_LEAVE = 5


def lines(path):
    return path.read_text().splitlines()


def start_chains(server, side_effects, seconds=1.0):
    answer = server.submit(compiled(four_chains), {'path': str(side_effects), 'seconds': seconds})
    assert answer.status == 200, answer
    return answer.json['run_id']


def running(server, run_id):
    """How many attempts have begun and not ended."""
    return sum(attempt['state'] == 'RUNNING' for task in server.tasks(run_id).values() for attempt in task.attempts)


def check_chains(server, run_id, side_effects):
    server.expect(server.finished(run_id, 90))
    assert sorted(lines(side_effects)) == EVERY_STEP
    tasks = server.tasks(run_id)
    assert len(tasks) == 21
    assert {task.state for task in tasks.values()} == {'SUCCEEDED'}
    assert {len(task.attempts) for path, task in tasks.items() if path != 'root'} == {1}


@pytest.mark.parametrize('ends', ['kill', 'stop'])
def test_a_run_survives_the_end_of_its_server(own_server, side_effects, ends):
    own_server.start()
    run_id = start_chains(own_server, side_effects)
    eventually(lambda: len(lines(side_effects)) >= 5, 30, what='the first steps')
    status = getattr(own_server, ends)()
    if ends == 'stop':
        assert status == 0, f'exit status {status} after SIGTERM\n{own_server.log_tail()}'
        assert len(lines(side_effects)) < 20, 'the server waited for the run instead of leaving it'
    own_server.start()
    check_chains(own_server, run_id, side_effects)


def test_steps_that_end_while_no_server_is_there_are_not_forgotten(own_server, side_effects):
    own_server.start()
    run_id = start_chains(own_server, side_effects)
    eventually(lambda: len(lines(side_effects)) >= 4, 30, what='the first steps')
    eventually(lambda: running(own_server, run_id) > 0, 10, what='further steps to begin')
    before = len(lines(side_effects))
    own_server.kill()
    # What was running ends now, with nobody watching.
    eventually(lambda: len(lines(side_effects)) > before, 10, what='a step to end on its own')
    time.sleep(0.3)
    own_server.start()
    check_chains(own_server, run_id, side_effects)


def test_a_server_killed_again_and_again_still_finishes_the_run(own_server, side_effects):
    own_server.start()
    run_id = start_chains(own_server, side_effects, seconds=0.5)
    for pause in (0.05, 0.2, 0.4, 0.7, 1.0):
        time.sleep(pause)
        own_server.kill()
        own_server.start()
    check_chains(own_server, run_id, side_effects)


def test_a_run_that_was_just_accepted_survives_a_crash(own_server):
    own_server.start()
    answer = own_server.submit(compiled(one_answer), {'number': 5})
    own_server.kill()
    assert answer.status == 200, answer
    own_server.start()
    run_id = answer.json['run_id']
    own_server.expect(own_server.finished(run_id, 60))
    assert own_server.tasks(run_id)['root'].parameters == {'Output': 5}


def test_a_failure_during_the_servers_absence_is_told_afterwards(own_server, tmp_path):
    own_server.start()
    begun = tmp_path / 'begun'
    answer = own_server.submit(compiled(one_script), {
        'script': f'touch {begun}; sleep 1; echo the last words >&2; exit 7'})
    run_id = answer.json['run_id']
    eventually(begun.exists, what='the step to start')
    own_server.kill()
    time.sleep(1.5)
    own_server.start()
    own_server.expect(own_server.finished(run_id, 30), 'FAILED')
    reason = own_server.tasks(run_id)['sh'].reason
    assert reason['code'] == 'EXITED_NON_ZERO' and '7' in reason['message']
    assert 'the last words' in own_server.task_log(run_id, 'sh')


def test_what_was_recorded_is_there_after_a_crash(own_server):
    own_server.start()
    run = own_server.expect(own_server.run(one_answer, number=6))
    tasks = own_server.get(f'/runs/{run["run_id"]}/tasks')
    own_server.kill()
    own_server.start()
    assert own_server.get(f'/runs/{run["run_id"]}') == run
    assert own_server.get(f'/runs/{run["run_id"]}/tasks') == tasks


def second(data_dir, port):
    return subprocess.run(
        [harness.program(), 'serve', '--host', '127.0.0.1', '--port', str(port), '--data-dir', str(data_dir)],
        capture_output=True, text=True, timeout=20, env=harness.ENVIRONMENT)


def test_a_second_server_on_the_same_data_is_refused(own_server):
    own_server.start()
    refused = second(own_server.data_dir, 0)
    assert refused.returncode != 0
    assert str(own_server.data_dir) in refused.stderr
    assert 'Martlet is ready' not in refused.stdout
    assert own_server.request('GET', '/apis/v2beta1/healthz').status == 200


def test_a_lock_that_is_let_go_of_in_a_moment_is_waited_for(own_server):
    own_server.start()
    own_server.kill()
    with open(own_server.data_dir / 'lock') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = own_server.begin()
        time.sleep(0.3)
    assert ready.wait(30)
    assert own_server.request('GET', '/apis/v2beta1/healthz').status == 200


def test_a_second_server_on_the_same_port_is_refused(own_server, tmp_path):
    own_server.start()
    refused = second(tmp_path / 'other', own_server.port)
    assert refused.returncode != 0
    assert str(own_server.port) in refused.stderr
    assert own_server.request('GET', '/apis/v2beta1/healthz').status == 200


def test_a_server_that_stood_still_goes_on_and_nobody_took_its_place(own_server, side_effects):
    """Longer than a lease: as when a laptop sleeps, or a debugger holds the process."""
    own_server.start()
    run_id = start_chains(own_server, side_effects)
    eventually(lambda: len(lines(side_effects)) >= 5, 30, what='the first steps')
    own_server.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        refused = second(own_server.data_dir, 0)
        assert refused.returncode != 0 and str(own_server.data_dir) in refused.stderr
        before = len(lines(side_effects))
        time.sleep(LEASE_SECONDS + 3 - (time.monotonic() - began))
        assert len(lines(side_effects)) <= before + 4, 'only what ran could end'
    finally:
        own_server.process.send_signal(signal.SIGCONT)
    check_chains(own_server, run_id, side_effects)


def test_a_server_leaves_at_once_whoever_is_connected(own_server, side_effects, tmp_path):
    own_server.start()
    go = tmp_path / 'go'
    script = f'echo begun; while ! test -e {go}; do sleep 0.02; done; echo over >> {side_effects}'
    run_id = own_server.submit(compiled(one_script), {'script': script}).json['run_id']
    eventually(lambda: 'sh' in own_server.tasks(run_id) and own_server.tasks(run_id)['sh'].state == 'RUNNING',
               what='the step to run')
    talking = [socket.create_connection(('127.0.0.1', own_server.port)) for _ in range(30)]
    follow = f'GET /apis/v2beta1/runs/{run_id}/tasks/{run_id}.sh/log?follow=true HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
    for number, connection in enumerate(talking):
        # Some follow a log, some are in the middle of a request, and some have said nothing yet.
        connection.sendall([follow.encode(), follow[:20].encode(), b''][number % 3])
    assert b'200 OK' in talking[0].recv(4096)
    began = time.monotonic()
    assert own_server.stop() == 0
    assert time.monotonic() - began < SECONDS_TO_LEAVE
    for connection in talking:
        connection.close()
    own_server.start()
    go.touch()
    own_server.expect(own_server.finished(run_id, 30))
    assert lines(side_effects) == ['over']


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write everywhere')
def test_a_data_directory_that_cannot_be_written_is_named(tmp_path):
    locked = tmp_path / 'locked'
    locked.mkdir(mode=0o500)
    refused = second(locked / 'data', 0)
    assert refused.returncode != 0
    assert str(locked) in refused.stderr
