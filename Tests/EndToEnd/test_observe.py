"""What is going on can be seen: health, metrics, logs, and errors for routes that are none."""

import re

import pytest
from harness import API, compiled, eventually
from pipelines import one_answer, one_script


def test_health_says_what_the_sdk_reads(server):
    answer = server.request('GET', f'{API}/healthz')
    assert answer.status == 200
    assert answer.json['multi_user'] is False


@pytest.mark.parametrize('method, path', [
    ('GET', '/nothing'), ('GET', '/runs/a/b/c'), ('POST', '/runs/x:explode'), ('GET', '/'), ('PATCH', '/%2e%2e/%00'),
])
def test_an_unknown_route_is_404_as_json(server, method, path):
    answer = server.request(method, API + path, b'{}' if method != 'GET' else None)
    assert answer.status == 404, answer
    assert answer.headers['Content-Type'].startswith('application/json')
    assert answer.json['code'] == 5
    assert answer.message


def test_a_known_route_with_another_method_says_so(server):
    answer = server.request('PUT', f'{API}/runs', b'{}')
    assert answer.status in (404, 405, 501), answer
    assert answer.headers['Content-Type'].startswith('application/json')


SAMPLE = re.compile(
    r'^[a-zA-Z_:][a-zA-Z0-9_:]*'
    r'(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)*\})?'
    r' ([-+]?[0-9.]+([eE][-+]?[0-9]+)?|[-+]?Inf|NaN)( [0-9]+)?$')


def test_metrics_are_prometheus_text(server):
    server.succeed(one_answer)
    answer = server.request('GET', '/metrics')
    assert answer.status == 200
    assert answer.headers['Content-Type'].startswith('text/plain')
    samples = 0
    for line in answer.text.splitlines():
        if line.startswith('#'):
            assert re.match(r'^# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* ', line) or line.startswith('# EOF'), line
        elif line:
            assert SAMPLE.match(line), line
            samples += 1
    assert samples > 0


def test_a_log_is_read_while_the_task_runs_and_after(server, tmp_path):
    gate = tmp_path / 'gate'
    answer = server.submit(compiled(one_script), {
        'script': f'echo before; while [ ! -e {gate} ]; do sleep 0.05; done; echo after'})
    assert answer.status == 200, answer
    run_id = answer.json['run_id']

    def readable():
        log = server.request('GET', f'{API}/runs/{run_id}/tasks/{run_id}.sh/log')
        return log.status == 200 and log.text == 'before\n'

    eventually(readable, 30, what='the first line of the log')
    # The log is there before the server has heard of the start.
    eventually(lambda: server.tasks(run_id)['sh'].state == 'RUNNING', what='the step to run')
    assert server.get(f'/runs/{run_id}')['state'] == 'RUNNING'
    gate.touch()
    server.expect(server.finished(run_id))
    assert server.task_log(run_id, 'sh') == 'before\nafter\n'
    assert server.task_log(run_id, 'sh', attempt=0, offset=len('before\n')) == 'after\n'
    older = server.request('GET', f'/apis/v1alpha1/runs/{run_id}/nodes/{run_id}.sh/log')
    assert (older.status, older.text) == (200, 'before\nafter\n')


def test_a_log_keeps_every_byte(server):
    run = server.expect(server.run(one_script, script=r"printf 'a\000b\377c\r\n'; seq 1 20000"))
    answer = server.request('GET', f'{API}/runs/{run["run_id"]}/tasks/{run["run_id"]}.sh/log')
    assert answer.body.startswith(b'a\x00b\xffc\r\n')
    assert answer.body.endswith(b'\n20000\n')


def test_the_log_of_a_task_that_does_not_exist_is_404(server):
    run = server.expect(server.run(one_answer))
    run_id = run['run_id']
    for path in (f'/runs/{run_id}/tasks/{run_id}.nobody/log', '/runs/none/tasks/none.root/log'):
        answer = server.request('GET', API + path)
        assert answer.status == 404, answer
        assert answer.message
