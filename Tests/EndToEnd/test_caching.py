"""Work that was done is not done again, and the answer to "why did it run again?" is in the task."""

from typing import List

import pytest
from harness import command, compiled
from kfp import dsl


@dsl.container_component
def note(path: str, number: int, data: dsl.Output[dsl.Dataset], result: dsl.OutputPath(int)):
    """Leaves a trace of having run, a file and a number."""
    return dsl.ContainerSpec(
        image='alpine:3',
        command=['sh', '-ec', 'echo ran >> "$0"; mkdir -p "$(dirname "$2")" "$(dirname "$3")"; '
                              'echo "$1" > "$2"; echo "$1" > "$3"'],
        args=[path, number, data.path, result])


@dsl.pipeline(name='cached')
def cached(path: str, number: int = 1) -> int:
    return note(path=path, number=number).outputs['result']


def runs(path):
    return len(path.read_text().splitlines())


def noted(server, spec, path, **parameters):
    """Runs a pipeline with one `note` in it and returns that task."""
    return server.succeed(spec, path=str(path), **parameters)['note']


def test_the_same_step_is_not_run_again_and_says_whose_outputs_it_took(server, side_effects):
    first = server.expect(server.run(cached, path=str(side_effects)))
    earlier = server.tasks(first['run_id'])['note']
    second = server.expect(server.run(cached, path=str(side_effects)))
    later = server.tasks(second['run_id'])['note']
    assert runs(side_effects) == 1
    assert (earlier.state, later.state) == ('SUCCEEDED', 'CACHED')
    assert later.parameters == earlier.parameters == {'result': 1}
    assert later.artifacts['data'].id == earlier.artifacts['data'].id
    assert later.raw['cache']['code'] == 'CACHE_HIT'
    assert later.raw['cache']['details'] == {'run_id': first['run_id'], 'task': 'note'}
    assert earlier.raw['cache']['code'] == 'CACHE_MISS'
    assert server.tasks(second['run_id'])['root'].parameters == {'Output': 1}

    shown = command('runs', 'get', second['run_id'], '--endpoint', server.url)
    assert shown.returncode == 0, shown.stderr
    assert f"Took the outputs of task 'note' of run {first['run_id']}" in shown.stdout


def test_a_changed_parameter_is_named_with_both_values(server, side_effects):
    noted(server, cached, side_effects)
    changed = noted(server, cached, side_effects, number=2)
    assert changed.state == 'SUCCEEDED' and runs(side_effects) == 2
    assert 'parameter number: 1 → 2' in changed.raw['cache']['message']
    assert changed.raw['cache']['details']['changes'] == ['parameter number: 1 → 2']


@dsl.component(base_image='python:3.11')
def count(number: int) -> int:
    return number + 1


@dsl.pipeline(name='cached-code')
def cached_code(number: int = 1) -> int:
    return count(number=number).output


def test_changed_code_is_told_as_changed_code(server):
    spec = compiled(cached_code)
    server.succeed(spec)
    container = spec['deploymentSpec']['executors']['exec-count']['container']
    container['command'][-1] = container['command'][-1].replace('number + 1', 'number + 2')
    tasks = server.succeed(spec)
    assert tasks['count'].state == 'SUCCEEDED'
    assert tasks['root'].parameters == {'Output': 3}
    assert tasks['count'].raw['cache']['details']['changes'] == ['the code changed']


def test_outputs_that_are_gone_are_made_again(server, side_effects):
    earlier = noted(server, cached, side_effects)
    earlier.artifacts['data'].path.unlink()
    again = noted(server, cached, side_effects)
    assert again.state == 'SUCCEEDED' and runs(side_effects) == 2
    assert 'artifact data is no longer at' in again.raw['cache']['message']
    assert again.artifacts['data'].path.read_text() == '1\n'


@dsl.pipeline(name='never-cached')
def never_cached(path: str):
    note(path=path, number=1).set_caching_options(False)


def test_a_task_may_refuse_to_be_cached(server, side_effects):
    for times in (1, 2):
        task = noted(server, never_cached, side_effects)
        assert task.state == 'SUCCEEDED' and runs(side_effects) == times
        assert 'cache' not in task.raw


def test_a_submission_may_refuse_to_be_cached(server, client, side_effects):
    for times in (1, 2):
        run = client.create_run_from_pipeline_func(
            cached, arguments={'path': str(side_effects)}, enable_caching=False)
        server.expect(server.finished(run.run_id))
        assert runs(side_effects) == times


@dsl.pipeline(name='own-key')
def own_key(path: str, number: int):
    note(path=path, number=number).set_caching_options(True, cache_key='as good as the same')


def test_a_cache_key_of_its_own_stands_for_all_inputs(server, side_effects):
    noted(server, own_key, side_effects, number=1)
    task = noted(server, own_key, side_effects, number=2)
    assert task.state == 'CACHED' and task.parameters == {'result': 1}
    assert runs(side_effects) == 1


def test_a_pipeline_of_another_name_has_a_cache_of_its_own(server, side_effects):
    noted(server, cached, side_effects)
    renamed = compiled(cached)
    renamed['pipelineInfo']['name'] = 'cached-under-another-name'
    assert noted(server, renamed, side_effects).state == 'SUCCEEDED'
    assert runs(side_effects) == 2


@dsl.pipeline(name='cached-loop')
def cached_loop(path: str, numbers: List[int]):
    with dsl.ParallelFor(numbers) as number:
        note(path=path, number=number)


@pytest.mark.parametrize('second, ran', [([1, 2], 2), ([2, 3], 3)], ids=['the same items', 'one other item'])
def test_passes_of_a_loop_are_cached_by_their_item(server, side_effects, second, ran):
    server.succeed(cached_loop, path=str(side_effects), numbers=[1, 2])
    tasks = server.succeed(cached_loop, path=str(side_effects), numbers=second)
    states = sorted(task.state for path, task in tasks.items() if path.endswith('.note'))
    assert states == ['CACHED'] * (4 - ran) + ['SUCCEEDED'] * (ran - 2)
    assert runs(side_effects) == ran


@dsl.container_component
def copy(data: dsl.Input[dsl.Dataset], path: str, copied: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'echo copied >> "$2"; mkdir -p "$(dirname "$1")"; cp "$0" "$1"'],
        args=[data.path, copied.path, path])


@dsl.pipeline(name='same-content')
def same_content(path: str):
    made = note(path=path, number=1).set_caching_options(False)
    copy(data=made.outputs['data'], path=path)


def test_a_step_after_one_that_made_the_same_bytes_again_is_cached(server, side_effects):
    server.succeed(same_content, path=str(side_effects))
    tasks = server.succeed(same_content, path=str(side_effects))
    assert (tasks['note'].state, tasks['copy'].state) == ('SUCCEEDED', 'CACHED')
    assert side_effects.read_text().split() == ['ran', 'copied', 'ran']
