"""Branches: what a condition lets through, what it skips and why, and what comes after it."""

from harness import compiled
from kfp import dsl
from pipelines import answer, append, sh, tell


@dsl.pipeline(name='which')
def which(number: int, path: str) -> str:
    with dsl.If(number > 10, name='large'):
        large = tell(text='large')
    with dsl.Elif(number > 5):
        with dsl.If(number == 7):
            append(line='seven', path=path)
        with dsl.Else():
            append(line='six or eight', path=path)
        middle = tell(text='middle')
    with dsl.Else():
        small = tell(text='small')
    return dsl.OneOf(large.outputs['said'], middle.outputs['said'], small.outputs['said'])


def test_exactly_one_branch_runs_and_gives_the_output(server, side_effects):
    for number, expected in ((11, 'large'), (7, 'middle'), (8, 'middle'), (5, 'small')):
        tasks = server.succeed(which, number=number, path=str(side_effects))
        assert tasks['root'].parameters == {'Output': expected}
        assert sum(path.split('.')[-1].startswith('tell') for path in tasks) == 1
    assert side_effects.read_text() == 'seven\nsix or eight\n'


def test_a_branch_not_taken_names_its_condition_and_the_values(server, side_effects):
    tasks = server.succeed(which, number=5, path=str(side_effects))
    branch = tasks['condition-branches-1.condition-2']
    assert branch.state == 'SKIPPED'
    assert branch.reason['code'] == 'CONDITION_FALSE'
    assert '> 10' in branch.reason['message'] and '5' in branch.reason['message'], branch.reason
    assert 'condition' in branch.reason['details']


@dsl.pipeline(name='all-types')
def all_types(whole: int, real: float, flag: bool, text: str, path: str):
    with dsl.If(whole == 3):
        append(line='whole', path=path)
    with dsl.If(real >= 2.5):
        append(line='real', path=path)
    with dsl.If(flag == True):  # noqa: E712 - what the SDK compiles
        append(line='flag', path=path)
    with dsl.Condition(text == 'it is "so"'):
        append(line='text', path=path)
    with dsl.If(text != 'other'):
        append(line='other', path=path)
    with dsl.If(whole < real):
        append(line='never', path=path)


def test_conditions_compare_values_of_every_type(server, side_effects):
    server.succeed(all_types, whole=3, real=2.5, flag=True, text='it is "so"', path=str(side_effects))
    assert sorted(side_effects.read_text().split()) == ['flag', 'other', 'real', 'text', 'whole']
    side_effects.write_text('')
    server.succeed(all_types, whole=2, real=2.0, flag=False, text='other', path=str(side_effects))
    assert side_effects.read_text() == ''


@dsl.pipeline(name='on-outputs')
def on_outputs(number: int, path: str):
    produced = answer(number=number)
    with dsl.If(produced.outputs['result'] == 1):
        append(line='inside', path=path)
    append(line='after', path=path)
    append(line='beside', path=path).after(produced)


def after_the_branch():
    """`on_outputs` with a step after its branch: the SDK does not compile that, but other makers of pipelines do."""
    spec = compiled(on_outputs)
    spec['root']['dag']['tasks']['append-2']['dependentTasks'] = ['condition-1']
    return spec


def test_what_comes_after_a_skipped_task_is_skipped_and_the_run_succeeds(server, side_effects):
    tasks = server.succeed(after_the_branch(), number=2, path=str(side_effects))
    assert side_effects.read_text() == 'beside\n'
    assert tasks['condition-1'].state == 'SKIPPED'
    after = tasks['append-2']
    assert after.state == 'SKIPPED'
    assert after.reason['code'] == 'UPSTREAM_NOT_SUCCEEDED' and 'condition-1' in after.reason['message']
    # Nobody goes into a branch that is not taken, so its steps do not even exist.
    assert 'condition-1.append' not in tasks


def test_what_comes_after_a_branch_that_was_taken_runs(server, side_effects):
    server.succeed(after_the_branch(), number=1, path=str(side_effects))
    assert sorted(side_effects.read_text().split()) == ['after', 'beside', 'inside']


@dsl.container_component
def write_file(text: str, data: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; echo "$0" > "$1"'],
        args=[text, data.path])


@dsl.container_component
def read_file(data: dsl.Input[dsl.Dataset], said: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; cat "$0" > "$1"'],
        args=[data.path, said])


@dsl.pipeline(name='one-file')
def one_file(side: str) -> dsl.Dataset:
    with dsl.If(side == 'left'):
        left = write_file(text='from the left')
    with dsl.Else():
        right = write_file(text='from the right')
    chosen = dsl.OneOf(left.outputs['data'], right.outputs['data'])
    read_file(data=chosen)
    return chosen


def test_one_of_several_artifacts_is_read_and_given_out(server):
    for side in ('left', 'right'):
        tasks = server.succeed(one_file, side=side)
        assert tasks['read-file'].parameters['said'].strip() == f'from the {side}'
        given = tasks['root'].artifacts['Output']
        assert given.id == tasks['read-file'].input_artifacts['data'].id
        assert given.path.read_text() == f'from the {side}\n'


@dsl.pipeline(name='broken-branch')
def broken_branch(path: str):
    with dsl.If(answer(number=1).outputs['result'] == 1):
        sh(script='echo broken; exit 7')
    append(line='beside', path=path)


def test_a_failure_in_a_branch_fails_the_run(server, side_effects):
    run = server.expect(server.run(broken_branch, path=str(side_effects)), 'FAILED')
    tasks = server.tasks(run['run_id'])
    assert tasks['condition-1'].state == 'FAILED'
    assert tasks['condition-1'].reason['code'] == 'CHILD_FAILED'
    assert tasks['append'].state == 'SUCCEEDED'
    assert 'broken' in run['error']['message']
