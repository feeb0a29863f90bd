"""A failed step says why, and the rest of the run goes on where it can."""

import pytest
from harness import compiled
from kfp import dsl
from pipelines import append, one_script, sh

# Writes its first argument, the text of executor_output.json, where the executor input says.
WRITE_EXECUTOR_OUTPUT = (
    'import json, os, sys\n'
    'path = json.loads(sys.argv[2])["outputs"]["outputFile"]\n'
    'os.makedirs(os.path.dirname(path), exist_ok=True)\n'
    'open(path, "w").write(sys.argv[1])\n')


@dsl.container_component
def number_from_script(script: str, number: dsl.OutputPath(int)):
    """A script that should leave a whole number at $0."""
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec', script], args=[number])


@dsl.pipeline(name='one-number')
def one_number(script: str) -> int:
    return number_from_script(script=script).outputs['number']


def script(text):
    """A pipeline of one step that runs `text`, which should leave a whole number at $0."""
    spec = compiled(one_number)
    command = container(spec, 'exec-number-from-script')
    command['command'] = ['sh', '-ec', 'mkdir -p "$(dirname "$0")"\n' + text]
    return spec


def container(spec, label):
    return spec['deploymentSpec']['executors'][label]['container']


def program(*command):
    """A pipeline of one step that runs `command` as it stands."""
    spec = compiled(one_script)
    container(spec, 'exec-sh').update(command=list(command), args=[])
    return spec


def executor_output(text):
    """A pipeline of one step with an `int` output that writes `text` as its executor output."""
    spec = compiled(one_number)
    container(spec, 'exec-number-from-script').update(
        command=['python3', '-c', WRITE_EXECUTOR_OUTPUT, text, '{{$}}'], args=[])
    return spec


@pytest.mark.parametrize('spec, code, words', [
    pytest.param(lambda: program('no-such-program-here', 'x'), 'START_FAILED',
                 ['no-such-program-here', 'alpine:3'], id='missing program'),
    pytest.param(lambda: program('sh', '-c', 'echo the last words >&2; exit 3'), 'EXITED_NON_ZERO',
                 ['3', 'the last words'], id='exit status'),
    pytest.param(lambda: program('sh', '-c', 'echo before the end; kill -9 $$'), 'KILLED_BY_SIGNAL',
                 ['9', 'before the end'], id='signal'),
    pytest.param(lambda: script('exit 0'), 'OUTPUTS_INVALID', ['number'], id='missing output'),
    pytest.param(lambda: script('echo many > "$0"'), 'OUTPUTS_INVALID', ['number', 'many'], id='text for a number'),
    pytest.param(lambda: script('echo 1.5 > "$0"'), 'OUTPUTS_INVALID', ['number', '1.5'], id='fraction'),
    pytest.param(lambda: executor_output('{not json'), 'OUTPUTS_INVALID', ['line 1'], id='malformed JSON'),
    pytest.param(lambda: executor_output('[]'), 'OUTPUTS_INVALID', [], id='not an object'),
    pytest.param(lambda: executor_output('{"parameterValues": {"number": "seven"}}'), 'OUTPUTS_INVALID',
                 ['number', 'seven'], id='wrong type'),
])
def test_a_failed_step_gives_its_very_reason(server, spec, code, words):
    run = server.expect(server.run(spec(), script='not used'), 'FAILED')
    tasks = server.tasks(run['run_id'])
    (failed,) = [task for path, task in tasks.items() if path != 'root']
    assert failed.state == 'FAILED'
    assert failed.reason['code'] == code, failed.reason
    # The run's error is what a person reads first, so it tells the story, too.
    for word in words:
        assert word in failed.reason['message'], failed.reason
        assert word in run['error']['message'], run['error']
    assert failed.raw['name'] in run['error']['message']


@dsl.component(base_image='python:3.11')
def divide(by: int) -> float:
    print('about to divide')
    return 1 / by


@dsl.pipeline(name='python-failure')
def python_failure(by: int = 0) -> float:
    return divide(by=by).output


def test_a_python_exception_is_in_the_error_and_in_the_log(server):
    run = server.expect(server.run(python_failure), 'FAILED')
    assert 'ZeroDivisionError' in run['error']['message']
    log = server.task_log(run['run_id'], 'divide')
    assert 'about to divide' in log and 'Traceback' in log


@dsl.pipeline(name='siblings')
def siblings(path: str):
    failing = sh(script='echo no; exit 1')
    dependent = append(line='dependent', path=path).after(failing)
    append(line='further', path=path).after(dependent)
    append(line='sibling', path=path, seconds=0.5)


def test_a_sibling_finishes_and_dependents_are_skipped_with_a_reason(server, side_effects):
    run = server.expect(server.run(siblings, path=str(side_effects)), 'FAILED')
    tasks = server.tasks(run['run_id'])
    assert side_effects.read_text().split() == ['sibling']
    assert tasks['sh'].state == 'FAILED'
    assert tasks['append-3'].state == 'SUCCEEDED'
    assert tasks['append'].state == 'SKIPPED'
    assert tasks['append-2'].state == 'SKIPPED'
    assert tasks['append'].reason['code'] == 'UPSTREAM_NOT_SUCCEEDED'
    assert 'sh' in tasks['append'].reason['message']


@dsl.pipeline(name='inside')
def inside():
    sh(script='echo from the inside; exit 4')


@dsl.pipeline(name='outside')
def outside(path: str):
    group = inside()
    append(line='after', path=path).after(group)


def test_a_failure_inside_a_nested_pipeline_is_told_outside(server, side_effects):
    run = server.expect(server.run(outside, path=str(side_effects)), 'FAILED')
    tasks = server.tasks(run['run_id'])
    assert tasks['inside.sh'].reason['code'] == 'EXITED_NON_ZERO'
    assert (tasks['inside'].state, tasks['append'].state) == ('FAILED', 'SKIPPED')
    assert 'from the inside' in run['error']['message']
    assert side_effects.read_text() == ''


@dsl.component(base_image='python:3.11', packages_to_install=['martlet-no-such-package==99.99'])
def impossible():
    pass


@dsl.pipeline(name='impossible')
def impossible_environment():
    impossible()


def test_an_environment_that_cannot_be_made_is_explained(server):
    run = server.expect(server.run(impossible_environment), 'FAILED')
    reason = server.tasks(run['run_id'])['impossible'].reason
    assert reason['code'] == 'ENVIRONMENT_FAILED'
    assert 'martlet-no-such-package' in reason['message']
