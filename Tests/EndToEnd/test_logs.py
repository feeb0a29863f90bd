"""Logs: followed as they are written, of any size, and those of cached steps."""

import http.client
import time

import pytest
from harness import API, command, compiled, eventually
from kfp import dsl
from pipelines import one_script
from test_artifacts import resident


@dsl.container_component
def speak(words: str, said: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; echo "$0"; echo x > "$1"'], args=[words, said])


@dsl.pipeline(name='spoken')
def spoken(words: str):
    speak(words=words)


def follow(server, run_id, path='sh'):
    """An open answer to a request that follows a log."""
    connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=60)
    connection.request('GET', f'{API}/runs/{run_id}/tasks/{run_id}.{path}/log?follow=true')
    return connection, connection.getresponse()


def started(server, script):
    run_id = server.submit(compiled(one_script), {'script': script}).json['run_id']

    def written():
        log = server.request('GET', f'{API}/runs/{run_id}/tasks/{run_id}.sh/log')
        return log.status == 200 and log.text

    eventually(written, 60, what='a log')
    return run_id


def test_a_followed_log_comes_line_by_line_and_ends_with_the_step(server, tmp_path):
    first, second = tmp_path / 'first', tmp_path / 'second'
    until = 'while [ ! -e {} ]; do sleep 0.05; done'.format
    run_id = started(server, f'echo one; {until(first)}; echo two; {until(second)}; echo three')
    connection, answer = follow(server, run_id)
    assert answer.readline() == b'one\n'
    first.touch()
    assert answer.readline() == b'two\n'
    eventually(lambda: server.tasks(run_id)['sh'].state == 'RUNNING', what='the step to run')
    second.touch()
    assert answer.read() == b'three\n'
    connection.close()


def test_a_log_is_followed_from_before_the_step_starts(server, tmp_path):
    run_id = server.submit(compiled(one_script), {'script': 'echo early'}).json['run_id']
    eventually(lambda: 'sh' in server.tasks(run_id), 30)
    assert follow(server, run_id)[1].read() == b'early\n'


def test_a_follower_that_goes_away_leaves_nothing_behind(own_server, tmp_path):
    own_server.start()
    gate = tmp_path / 'gate'
    run_id = started(own_server, f'echo one; while [ ! -e {gate} ]; do sleep 0.05; done; echo two')

    def descriptors():
        import os
        return len(os.listdir(f'/proc/{own_server.process.pid}/fd'))

    before = descriptors()
    followers = [follow(own_server, run_id) for _ in range(20)]
    assert all(answer.readline() == b'one\n' for _, answer in followers)
    assert descriptors() > before + 15
    for connection, answer in followers:
        answer.close()
        connection.close()
    eventually(lambda: descriptors() <= before + 2, 20, what='the connections to be closed')
    gate.touch()
    own_server.expect(own_server.finished(run_id))
    assert own_server.task_log(run_id, 'sh') == 'one\ntwo\n'


def test_a_server_stops_while_logs_are_followed(own_server, tmp_path):
    own_server.start()
    gate = tmp_path / 'gate'
    run_id = started(own_server, f'echo one; while [ ! -e {gate} ]; do sleep 0.05; done')
    _, answer = follow(own_server, run_id)
    assert answer.readline() == b'one\n'
    began = time.monotonic()
    assert own_server.stop() == 0
    assert time.monotonic() - began < 15
    gate.touch()


def test_following_waits_without_work(own_server, tmp_path):
    own_server.start()
    gate = tmp_path / 'gate'
    run_id = started(own_server, f'echo one; while [ ! -e {gate} ]; do sleep 0.05; done')
    followers = [follow(own_server, run_id) for _ in range(20)]
    assert all(answer.readline() == b'one\n' for _, answer in followers)

    def ticks():
        with open(f'/proc/{own_server.process.pid}/stat') as stat:
            return sum(map(int, stat.read().rpartition(')')[2].split()[11:13]))

    before = ticks()
    time.sleep(3)
    # A hundredth of a second each: 20 followers that poll ten times a second would take more.
    assert ticks() - before < 40
    gate.touch()
    assert all(answer.read() == b'' for _, answer in followers)


def test_a_large_log_is_sent_whole_and_needs_no_memory(server):
    run_id = server.expect(server.run(one_script, script='head -c 209715200 /dev/zero | tr "\\0" x'))['run_id']
    before, most, size = resident(server), 0, 0
    connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=60)
    connection.request('GET', f'{API}/runs/{run_id}/tasks/sh/log')
    answer = connection.getresponse()
    while piece := answer.read(1 << 20):
        size += len(piece)
        most = max(most, resident(server))
    assert size == 209715200
    assert most - before < 40 << 20, f'{(most - before) >> 20} MB more'
    short = server.request('GET', f'{API}/runs/{run_id}/tasks/sh/log?offset=5&limit=10')
    assert short.text == 'x' * 10


@pytest.mark.parametrize('words', ['said once'])
def test_a_cached_step_has_the_log_of_the_step_that_ran(server, words):
    first = server.expect(server.run(spoken, words=words))['run_id']
    second = server.expect(server.run(spoken, words=words))['run_id']
    assert server.tasks(second)['speak'].state == 'CACHED'
    log = server.task_log(second, 'speak')
    assert log.startswith(f"This task was not run: it took the outputs of task 'speak' of run {first}.")
    assert log.endswith(f'\n\n{words}\n')
    shown = command('runs', 'logs', second, 'speak', '--endpoint', server.url)
    assert shown.stdout == log
    server.request('DELETE', f'{API}/runs/{first}')
    assert 'was deleted since' in server.task_log(second, 'speak')
