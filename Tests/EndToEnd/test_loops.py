"""`dsl.ParallelFor` over everything it can go over, and what comes out of it."""

from typing import List

from harness import compiled, eventually
from kfp import dsl
from pipelines import append, sh, tell


def lines(path):
    return sorted(path.read_text().splitlines())


@dsl.component(base_image='python:3.11')
def names_of(count: int) -> List[str]:
    return [f'name {number}' for number in range(count)]


@dsl.component(base_image='python:3.11')
def square(number: int) -> int:
    return number * number


@dsl.component(base_image='python:3.11')
def total(numbers: List[int]) -> int:
    return sum(numbers)


@dsl.component(base_image='python:3.11')
def as_text(value: list) -> str:
    import json

    return json.dumps(value)


@dsl.pipeline(name='items-of-all-origins')
def items_of_all_origins(path: str, given: List[str], count: int = 2):
    with dsl.ParallelFor(['a', 'b']) as item:
        append(line=f'static {item}', path=path)
    with dsl.ParallelFor(given) as item:
        append(line=f'given {item}', path=path)
    with dsl.ParallelFor(names_of(count=count).output) as item:
        append(line=f'made {item}', path=path)
    with dsl.ParallelFor([{'left': 'a', 'right': 'pair x'}, {'left': 'b', 'right': 'pair y'}]) as pair:
        append(line=pair.right, path=path).after(tell(text=pair.left))


def test_loops_go_over_static_given_and_made_lists_and_over_members(server, side_effects):
    tasks = server.succeed(items_of_all_origins, path=str(side_effects), given=['ü', ''])
    assert lines(side_effects) == ['given ', 'given ü', 'made name 0', 'made name 1', 'pair x', 'pair y',
                                   'static a', 'static b']
    loops = [task.raw for task in tasks.values() if task.raw['type'] == 'LOOP']
    assert [loop['type_attributes']['iteration_count'] for loop in loops] == ['2'] * 4
    passes = [task.raw['type_attributes']['iteration_index'] for path, task in tasks.items()
              if path.startswith('for-loop-2.') and path.count('.') == 1]
    assert sorted(passes) == ['0', '1']


@dsl.pipeline(name='collecting')
def collecting(numbers: List[int]) -> List[int]:
    with dsl.ParallelFor(numbers) as number:
        squared = square(number=number)
    total(numbers=dsl.Collected(squared.output))
    return dsl.Collected(squared.output)


def test_collected_values_come_in_the_order_of_the_items(server):
    tasks = server.succeed(collecting, numbers=[3, 1, 2])
    assert tasks['root'].parameters == {'Output': [9, 1, 4]}
    assert tasks['total'].parameters == {'Output': 14}


def test_a_loop_over_nothing_succeeds_and_collects_nothing(server):
    tasks = server.succeed(collecting, numbers=[])
    assert tasks['for-loop-1'].state == 'SUCCEEDED'
    assert tasks['root'].parameters == {'Output': []}
    assert tasks['total'].parameters == {'Output': 0}


@dsl.container_component
def tell_two(first: int, second: int, said: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$2")"; printf %s "$0-$1" > "$2"'],
        args=[first, second, said])


@dsl.pipeline(name='nested-loops')
def nested_loops(outer: List[int] = [1, 2]) -> str:
    with dsl.ParallelFor(outer) as first:
        with dsl.ParallelFor([10, 20, 30]) as second:
            told = tell_two(first=first, second=second)
    return as_text(value=dsl.Collected(told.outputs['said'])).output


def test_values_of_nested_loops_are_collected_flat_in_loop_order(server):
    told = server.succeed(nested_loops)['root'].parameters['Output']
    assert told == '["1-10", "1-20", "1-30", "2-10", "2-20", "2-30"]'


@dsl.container_component
def write_file(text: str, data: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; printf %s "$0" > "$1"'],
        args=[text, data.path])


@dsl.component(base_image='python:3.11')
def join(files: dsl.Input[List[dsl.Dataset]]) -> str:
    return ' '.join(open(file.path).read() for file in files)


@dsl.component(base_image='python:3.11')
def read(file: dsl.Input[dsl.Dataset]) -> str:
    return open(file.path).read()


@dsl.pipeline(name='collected-files')
def collected_files() -> List[dsl.Dataset]:
    with dsl.ParallelFor(['c', 'a', 'b']) as item:
        written = write_file(text=item)
    join(files=dsl.Collected(written.outputs['data']))
    return dsl.Collected(written.outputs['data'])


def test_collected_artifacts_are_a_list_in_order(server):
    tasks = server.succeed(collected_files)
    assert tasks['join'].parameters == {'Output': 'c a b'}
    (group,) = tasks['root'].raw['outputs']['artifacts']
    written = [tasks[f'for-loop-2.{index}.write-file'].artifacts['data'].id for index in range(3)]
    assert [artifact['artifact_id'] for artifact in group['artifacts']] == written


@dsl.pipeline(name='at-most-two')
def at_most_two(path: str):
    with dsl.ParallelFor([1, 2, 3, 4, 5], parallelism=2) as item:
        begun = append(line='+', path=path)
        append(line='-', path=path, seconds=0.2).after(begun)


def test_no_more_passes_are_under_way_than_the_loop_allows(server, side_effects):
    server.succeed(at_most_two, path=str(side_effects))
    now = most = 0
    for line in side_effects.read_text().split():
        now += 1 if line == '+' else -1
        most = max(most, now)
    assert (now, most) == (0, 2), side_effects.read_text()


@dsl.pipeline(name='mixed')
def mixed(path: str, go: bool = True):
    with dsl.If(go == True):  # noqa: E712 - what the SDK compiles
        with dsl.ParallelFor([0.1, 0.2, 0.3]) as item:
            with dsl.If(item > 0.1):
                append(line='large', path=path, seconds=item)
            with dsl.Else():
                append(line='small', path=path, seconds=item)


def test_loops_stand_in_conditions_and_conditions_in_loops(server, side_effects):
    server.succeed(mixed, path=str(side_effects), go=False)
    assert lines(side_effects) == []
    server.succeed(mixed, path=str(side_effects))
    assert lines(side_effects) == ['large', 'large', 'small']


@dsl.pipeline(name='one-bad-pass')
def one_bad_pass(path: str):
    with dsl.ParallelFor([0, 1, 2]) as item:
        fine = sh(script=f'if [ "{item}" = 1 ]; then echo this one is bad; exit 5; fi')
        append(line=f'pass {item}', path=path, seconds=0.2).after(fine)
    append(line='after', path=path)


def test_a_bad_pass_fails_the_loop_and_the_others_finish(server, side_effects):
    run = server.expect(server.run(one_bad_pass, path=str(side_effects)), 'FAILED')
    tasks = server.tasks(run['run_id'])
    assert lines(side_effects) == ['after', 'pass 0', 'pass 2']
    assert [tasks[f'for-loop-2.{index}'].state for index in range(3)] == ['SUCCEEDED', 'FAILED', 'SUCCEEDED']
    assert tasks['for-loop-2'].state == 'FAILED'
    assert tasks['for-loop-2.1.append'].reason['code'] == 'UPSTREAM_NOT_SUCCEEDED'
    assert 'this one is bad' in run['error']['message']


@dsl.pipeline(name='no-list')
def no_list(path: str):
    tell(text='no list at all')
    with dsl.ParallelFor(names_of(count=0).output) as item:
        append(line=f'{item}', path=path)


def looping_over_text():
    """`no_list` with its loop over a text, which the SDK does not compile."""
    spec = compiled(no_list)
    tasks = spec['root']['dag']['tasks']
    tasks['for-loop-1']['dependentTasks'] = ['tell']
    inputs = tasks['for-loop-1']['inputs']['parameters']
    inputs['pipelinechannel--names-of-Output']['taskOutputParameter'] = {
        'producerTask': 'tell', 'outputParameterKey': 'said'}
    return spec


def test_a_loop_over_what_is_no_list_fails_and_shows_it(server, side_effects):
    run = server.expect(server.run(looping_over_text(), path=str(side_effects)), 'FAILED')
    reason = server.tasks(run['run_id'])['for-loop-1'].reason
    assert reason['code'] == 'INPUT_RESOLUTION_FAILED'
    assert 'no list at all' in reason['message'], reason


@dsl.pipeline(name='long-loop')
def long_loop(numbers: List[int], path: str):
    with dsl.ParallelFor(numbers) as number:
        append(line=f'{number}', path=path)


def test_the_passes_of_a_long_loop_are_made_as_they_are_needed_also_after_a_crash(own_server, side_effects):
    own_server.start()
    count = 1400
    run_id = own_server.submit(
        compiled(long_loop), {'numbers': list(range(count)), 'path': str(side_effects)}).json['run_id']
    eventually(lambda: side_effects.exists() and len(lines(side_effects)) >= 20, what='the first passes')
    first = own_server.get(f'/runs/{run_id}/tasks?page_size=1')['total_size']
    assert first == 2 + 2 * 1000, 'a run has its root, its loop, and two tasks a pass'
    loop = own_server.tasks(run_id)['for-loop-1']
    assert loop.raw['type_attributes'] == {'iteration_count': str(count)} and loop.reason['code'] == 'ITERATING'
    own_server.kill()
    own_server.start()
    own_server.expect(own_server.finished(run_id))
    assert lines(side_effects) == sorted(str(number) for number in range(count))
    rest = own_server.get(f'/runs/{run_id}/tasks?page_size=1&sort_by=created_at')
    assert rest['total_size'] == 2 + 2 * count
