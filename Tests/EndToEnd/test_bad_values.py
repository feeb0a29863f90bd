"""Mistakes that show only while a run goes on: each ends its task with the place and the value, and no run hangs."""

from typing import List

import pytest
from harness import compiled
from kfp import dsl
from pipelines import one_answer, one_script, sh, tell


def failed(server, pipeline, path, code, **parameters):
    """Runs a pipeline that must fail at a task, and returns the sentence of that task."""
    run = server.expect(server.run(pipeline, **parameters), 'FAILED')
    reason = server.tasks(run['run_id'])[path].reason
    assert reason['code'] == code, reason
    # The run's error is what people read first.
    assert reason['message'] in run['error']['message'], run['error']
    return reason['message']


@dsl.pipeline(name='one-of-two')
def one_of_two(side: str):
    with dsl.If(side == 'left', name='on the left'):
        left = tell(text='left')
    with dsl.Else():
        right = tell(text='right')
    tell(text=dsl.OneOf(left.outputs['said'], right.outputs['said']))


def conditions(pipeline, text):
    """A pipeline with each of its conditions replaced."""
    spec = compiled(pipeline)
    for component in [spec['root'], *spec['components'].values()]:
        for task in component.get('dag', {}).get('tasks', {}).values():
            if 'condition' in task.get('triggerPolicy', {}):
                task['triggerPolicy']['condition'] = text
    return spec


def test_one_of_branches_of_which_none_ran_fails_who_wants_it(server):
    message = failed(server, conditions(one_of_two, 'false'), 'tell-3', 'INPUT_RESOLUTION_FAILED', side='left')
    assert "Input 'text' has no value" in message


@pytest.mark.parametrize('text, words', [
    ("int(inputs.parameter_values['pipelinechannel--side']) > 5", ['int(', "'left'"]),
    ("inputs.parameter_values['pipelinechannel--side'] > 5", ["'left'", '5']),
    ("inputs.parameter_values['nothing'] == 'x'", ['nothing']),
    ("inputs.parameter_values['pipelinechannel--side']", ['true or false', "'left'"]),
], ids=['cast', 'comparison', 'name', 'no truth'])
def test_a_condition_that_has_no_answer_shows_itself_and_its_values(server, text, words):
    run = server.expect(server.run(conditions(one_of_two, text), side='left'), 'FAILED')
    reason = server.tasks(run['run_id'])['condition-branches-1.condition-2'].reason
    assert reason['code'] == 'CONDITION_INVALID'
    for word in words:
        assert word in reason['message'], reason


def test_a_placeholder_that_names_nothing_is_shown_beside_what_there_is(server):
    spec = compiled(one_script)
    spec['deploymentSpec']['executors']['exec-sh']['container']['args'] = ["{{$.inputs.parameters['scirpt']}}"]
    message = failed(server, spec, 'sh', 'START_FAILED', script='true')
    assert "{{$.inputs.parameters['scirpt']}}: the task has no input parameter 'scirpt'; it has: script" in message


@dsl.pipeline(name='importing')
def importing(uri: str):
    dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset, metadata={'from': f'{uri}'})


def test_what_an_importer_cannot_resolve_is_shown(server):
    spec = compiled(importing)
    (importer,) = (executor['importer'] for executor in spec['deploymentSpec']['executors'].values())
    importer['metadata'] = {'version': "{{$.inputs.parameters['vresion']}}"}
    message = failed(server, spec, 'importer', 'INPUT_RESOLUTION_FAILED', uri='gs://bucket/data')
    assert "'vresion'" in message


@pytest.mark.parametrize('reimport', [False, True])
def test_an_importer_of_a_path_that_leads_nowhere_names_it(server, tmp_path, reimport):
    spec = compiled(importing)
    (importer,) = (executor['importer'] for executor in spec['deploymentSpec']['executors'].values())
    importer['reimport'] = reimport
    message = failed(server, spec, 'importer', 'IMPORT_FAILED', uri=str(tmp_path / 'none'))
    assert f"nothing at '{tmp_path}/none'" in message


BEYOND = 2 ** 53 + 1


def test_a_whole_number_no_double_holds_is_refused_at_submission(server):
    answer = server.submit(compiled(one_answer), {'number': BEYOND})
    assert answer.status == 400
    assert 'runtime_config.parameters.number' in answer.message and '2^53' in answer.message, answer
    assert server.succeed(one_answer, number=2 ** 53 - 1)['root'].parameters == {'Output': 2 ** 53 - 1}


@dsl.container_component
def make_number(text: str, number: dsl.OutputPath(int)):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; printf %s "$0" > "$1"'],
        args=[text, number])


@dsl.pipeline(name='made-number')
def made_number(text: str):
    make_number(text=text)


def test_a_whole_number_no_double_holds_is_refused_as_an_output(server):
    message = failed(server, made_number, 'make-number', 'OUTPUTS_INVALID', text=str(BEYOND))
    assert "output parameter 'number'" in message and str(BEYOND) in message


@dsl.container_component
def make_list(count: int, items: dsl.OutputPath(List[int])):
    return dsl.ContainerSpec(
        image='alpine:3',
        command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; (printf "[0"; seq -f ",%.0f" "$0"; printf "]") > "$1"'],
        args=[count, items])


@dsl.pipeline(name='made-list')
def made_list(count: int):
    with dsl.ParallelFor(make_list(count=count).outputs['items']) as item:
        sh(script=f'exit {item}')


def test_a_loop_over_more_than_a_run_holds_says_how_many(server):
    message = failed(server, made_list, 'for-loop-1', 'LOOP_ITEMS_INVALID', count=100_000)
    assert '100001 items' in message and 'may have 100000' in message


@dsl.pipeline(name='wrong-items')
def wrong_items():
    with dsl.ParallelFor([1, 2]) as item:
        make_number(text=f'{item}')


def test_an_item_that_does_not_fit_fails_its_pass_and_is_shown(server):
    spec = compiled(wrong_items)
    (loop,) = (task for task in spec['root']['dag']['tasks'].values() if 'parameterIterator' in task)
    loop['parameterIterator']['items']['raw'] = f'[1, {BEYOND}]'
    run = server.expect(server.run(spec), 'FAILED')
    tasks = server.tasks(run['run_id'])
    passes = [tasks[path] for path in sorted(tasks) if path.startswith('for-loop') and path.count('.') == 1]
    assert [task.state for task in passes] == ['SUCCEEDED', 'FAILED']
    assert 'Item 1: expected a whole number' in passes[1].reason['message']
