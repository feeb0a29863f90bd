"""Each example gives what its text promises."""

import json
import re

import pytest
from addition import addition
from artifacts import artifacts
from control_flow import control_flow
from flaky import flaky
from nested import nested
from shell import shell

SUCCESS = {'SUCCEEDED', 'CACHED'}


def test_addition_gives_3_and_then_13(server, client):
    # Not from the cache: a step that was not run has no log.
    run = client.create_run_from_pipeline_func(
        addition, arguments={'a': 1, 'b': 2, 'c': 10}, enable_caching=False)
    finished = client.wait_for_run_completion(run.run_id, timeout=180, sleep_duration=0.2)
    assert finished.state == 'SUCCEEDED', server.story(run.run_id)
    tasks = server.tasks(run.run_id)
    assert tasks['add'].parameters == {'Output': 3}
    assert tasks['add-2'].parameters == {'Output': 13}
    assert tasks['root'].parameters == {'Output': 13}
    assert {task.state for task in tasks.values()} <= SUCCESS
    # JSON does not tell 1 from 1.0, so Python may see either.
    assert re.search(r'1(\.0)? \+ 2(\.0)? = 3(\.0)?', server.task_log(run.run_id, 'add'))


def test_artifacts_come_with_types_contents_metadata_and_lineage(server):
    tasks = server.succeed(artifacts, rows=40)
    dataset = tasks['make-dataset'].artifacts['dataset']
    model = tasks['train'].artifacts['model']
    metrics = tasks['evaluate'].artifacts['metrics']

    assert (dataset.type, model.type) == ('Dataset', 'Model')
    assert metrics.type in ('Metrics', 'Metric')

    assert len(dataset.path.read_text().splitlines()) == 41
    assert dataset.metadata['rows'] == 40
    assert dataset.metadata['columns'] == ['x', 'y']

    line = json.loads(model.path.read_text())
    assert line['slope'] == pytest.approx(2, abs=0.1)
    assert model.metadata['trained_on_rows'] == 40
    assert metrics.metadata['slope'] == pytest.approx(line['slope'])
    assert tasks['root'].parameters['Output'] == pytest.approx(metrics.metadata['mean_error'])

    # Who read what: the very artifacts, not copies of them.
    assert tasks['train'].input_artifacts['dataset'].id == dataset.id
    assert tasks['evaluate'].input_artifacts['dataset'].id == dataset.id
    assert tasks['evaluate'].input_artifacts['model'].id == model.id
    assert len({dataset.id, model.id, metrics.id}) == 3


def test_nested_pipelines_have_their_steps_inside_and_outputs_outside(server):
    tasks = server.succeed(nested)
    assert tasks['root'].parameters['Output'] == 4
    assert tasks['normalise'].parameters['Output'] == [0, 0.5, 1]
    assert tasks['normalise-2'].parameters['Output'] == [0, 0.5, 1, 1]
    assert tasks['normalise.smallest-and-largest'].parameters == {'low': 2, 'high': 6}
    assert tasks['normalise'].raw['type'] == 'DAG'
    assert tasks['root'].raw['type'] == 'ROOT'
    assert tasks['normalise.rescale'].raw['type'] == 'RUNTIME'


@pytest.mark.parametrize('wanted, expected', [(0.95, 'good enough'), (2, 'try other rates')])
def test_control_flow_scores_every_rate_and_takes_one_branch(server, wanted, expected):
    tasks = server.succeed(control_flow, wanted=wanted)
    assert tasks['root'].parameters == {'Output': expected}
    loop = next(task for task in tasks.values() if task.raw['type'] == 'LOOP')
    assert loop.raw['type_attributes'] == {'iteration_count': '3'}
    assert tasks['best'].parameters == {'Output': 1}
    assert [task.reason['code'] for task in tasks.values() if task.state == 'SKIPPED'] == ['CONDITION_FALSE']


def test_flaky_fails_once_and_then_succeeds(server):
    run = server.expect(server.run(flaky, failures=1))
    task = server.tasks(run['run_id'])['fetch']
    assert task.parameters['Output'] == 'an answer at attempt 1'
    assert [(attempt.get('number', 0), attempt['state']) for attempt in task.attempts] == [
        (0, 'FAILED'), (1, 'SUCCEEDED')]
    assert 'nobody answers, try again' in server.task_log(run['run_id'], 'fetch', attempt=0)


def test_flaky_fails_for_good_when_its_retries_are_used_up(server):
    run = server.expect(server.run(flaky, failures=9), 'FAILED')
    task = server.tasks(run['run_id'])['fetch']
    assert task.state == 'FAILED'
    assert len(task.attempts) == 4
    assert 'nobody answers' in run['error']['message']


@pytest.mark.parametrize('title, lines', [
    ('A poem', ['== ', 'A poem', '"all that is gold"']),
    (None, ['(without a title)', '"all that is gold"']),
])
def test_shell_resolves_every_kind_of_placeholder(server, title, lines):
    run = server.expect(server.run(shell, **({'title': title} if title else {})))
    tasks = server.tasks(run['run_id'])
    poem = tasks['write'].artifacts['poem']
    assert poem.path.read_text().splitlines() == lines
    assert tasks['root'].parameters['Output'] == len(lines)
    assert tasks['count'].parameters == {'lines': len(lines), 'report': poem.path.read_text()}
    assert tasks['locate'].parameters == {'uri': poem.uri}
    if tasks['say'].state == 'SUCCEEDED':
        log = server.task_log(run['run_id'], 'say')
        assert log.startswith(f'lines: {len(lines)} report: {lines[0]}')
        assert log.rstrip().endswith(f'from: {poem.uri}')
