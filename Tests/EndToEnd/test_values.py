"""Parameters and artifacts arrive as they were sent."""

import json
from typing import List, NamedTuple, Optional

from kfp import dsl
from pipelines import append, describe


@dsl.pipeline(name='every-type')
def every_type(whole: int, real: float, flag: bool, text: str, items: list, table: dict,
               maybe: Optional[str] = None) -> str:
    return describe(whole=whole, real=real, flag=flag, text=text, items=items, table=table, maybe=maybe).output


def test_parameters_of_every_type_reach_python_with_their_types(server):
    tasks = server.succeed(every_type, whole=3, real=2.5, flag=True, text='snow ❄ "quoted" $HOME\nline 2',
                           items=[1, 2, 3], table={'a': {'b': [None, 'c']}})
    assert json.loads(tasks['root'].parameters['Output']) == [
        ['int', 3], ['bool', True], ['str', 'snow ❄ "quoted" $HOME\nline 2'], ['list', [1, 2, 3]],
        ['dict', {'a': {'b': [None, 'c']}}], ['str', 'preset'], ['NoneType', None], ['number', 2.5]]


def test_falsy_values_are_values(server):
    tasks = server.succeed(every_type, whole=0, real=0.0, flag=False, text='', items=[], table={}, maybe='')
    assert json.loads(tasks['root'].parameters['Output']) == [
        ['int', 0], ['bool', False], ['str', ''], ['list', []], ['dict', {}], ['str', 'preset'], ['str', ''],
        ['number', 0]]


@dsl.component(base_image='python:3.11')
def give_everything() -> NamedTuple('All', [('whole', int), ('real', float), ('flag', bool), ('text', str),
                                            ('items', list), ('table', dict)]):
    from collections import namedtuple

    return namedtuple('All', ['whole', 'real', 'flag', 'text', 'items', 'table'])(
        -7, 0.1, False, 'two\nlines', [1, 'b', None], {'k': [1.5]})


@dsl.pipeline(name='every-output')
def every_output() -> str:
    given = give_everything().outputs
    return describe(whole=given['whole'], real=given['real'], flag=given['flag'], text=given['text'],
                    items=given['items'], table=given['table']).output


def test_outputs_of_every_type_are_told_over_rest_and_passed_on(server):
    tasks = server.succeed(every_output)
    assert tasks['give-everything'].parameters == {
        'whole': -7, 'real': 0.1, 'flag': False, 'text': 'two\nlines', 'items': [1, 'b', None],
        'table': {'k': [1.5]}}
    assert json.loads(tasks['root'].parameters['Output']) == [
        ['int', -7], ['bool', False], ['str', 'two\nlines'], ['list', [1, 'b', None]], ['dict', {'k': [1.5]}],
        ['str', 'preset'], ['NoneType', None], ['number', 0.1]]


@dsl.pipeline(name='ordered')
def ordered(path: str):
    first = append(line='first', path=path, seconds=0.3)
    second = append(line='second', path=path).after(first)
    append(line='third', path=path).after(first, second)


def test_a_step_waits_for_the_ones_it_is_after(server, side_effects):
    server.succeed(ordered, path=str(side_effects))
    assert side_effects.read_text().split() == ['first', 'second', 'third']


METADATA = {'whole': 3, 'real': 0.25, 'flag': True, 'text': 'ü', 'nested': {'list': [1, [2, None]]}}


@dsl.component(base_image='python:3.11')
def annotate(metadata: dict, data: dsl.Output[dsl.Dataset]):
    with open(data.path, 'w') as file:
        file.write('annotated')
    data.metadata.update(metadata)


@dsl.component(base_image='python:3.11')
def read_metadata(data: dsl.Input[dsl.Dataset]) -> dict:
    return dict(data.metadata)


@dsl.pipeline(name='metadata')
def metadata_there_and_back(metadata: dict) -> dict:
    return read_metadata(data=annotate(metadata=metadata).outputs['data']).output


def test_metadata_comes_back_unchanged_over_rest_and_in_the_next_step(server):
    tasks = server.succeed(metadata_there_and_back, metadata=METADATA)
    told = tasks['annotate'].artifacts['data'].metadata
    assert {key: told[key] for key in METADATA} == METADATA
    seen = tasks['root'].parameters['Output']
    assert {key: seen[key] for key in METADATA} == METADATA


@dsl.component(base_image='python:3.11')
def write_elsewhere(data: dsl.Output[dsl.Artifact], folder: dsl.Output[dsl.Artifact]):
    import os
    import tempfile

    place = os.path.join(tempfile.mkdtemp(), 'file')
    with open(place, 'w') as file:
        file.write('from elsewhere')
    data.custom_path = place
    os.makedirs(os.path.join(folder.path, 'deep'))
    with open(os.path.join(folder.path, 'deep', 'file'), 'w') as file:
        file.write('in a folder')


@dsl.component(base_image='python:3.11')
def read_both(data: dsl.Input[dsl.Artifact], folder: dsl.Input[dsl.Artifact]) -> str:
    import os

    return open(data.path).read() + ', ' + open(os.path.join(folder.path, 'deep', 'file')).read()


@dsl.pipeline(name='places')
def places() -> str:
    written = write_elsewhere().outputs
    return read_both(data=written['data'], folder=written['folder']).output


def test_files_in_a_custom_place_and_folders_become_artifacts(server):
    tasks = server.succeed(places)
    assert tasks['root'].parameters['Output'] == 'from elsewhere, in a folder'
    assert tasks['write-elsewhere'].artifacts['data'].path.read_text() == 'from elsewhere'
    assert (tasks['write-elsewhere'].artifacts['folder'].path / 'deep' / 'file').is_file()


@dsl.component(base_image='python:3.11', packages_to_install=['six==1.17.0'])
def use_package() -> str:
    import six

    return six.__version__


@dsl.pipeline(name='packages')
def packages() -> str:
    return use_package().output


def test_a_component_has_the_packages_it_asks_for(server):
    assert server.succeed(packages)['root'].parameters['Output'] == '1.17.0'


@dsl.container_component
def print_environment():
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec', 'echo "noted $NOTED"'])


@dsl.pipeline(name='variables')
def variables():
    print_environment().set_env_variable('NOTED', 'by the pipeline')


def test_a_step_sees_its_variables(server):
    run = server.expect(server.run(variables))
    assert server.task_log(run['run_id'], 'print-environment') == 'noted by the pipeline\n'


@dsl.component(base_image='python:3.11')
def halve(numbers: List[float]) -> List[float]:
    return [number / 2 for number in numbers]


@dsl.pipeline(name='inner')
def inner(numbers: List[float], default: float = 1.0) -> List[float]:
    return halve(numbers=numbers).output


@dsl.pipeline(name='middle')
def middle(numbers: List[float]) -> List[float]:
    return inner(numbers=inner(numbers=numbers).output).output


@dsl.pipeline(name='deep')
def deep(numbers: List[float] = [4.0, 8.0]) -> List[float]:
    return middle(numbers=numbers).output


def test_values_pass_through_pipelines_within_pipelines(server):
    assert server.succeed(deep)['root'].parameters['Output'] == [1, 2]


@dsl.component(base_image='python:3.11', use_venv=True, packages_to_install=['six'])
def with_packages() -> list:
    import sys
    import six
    return [sys.prefix, six.__file__]


@dsl.pipeline(name='own-environment')
def own_environment():
    with_packages().set_caching_options(False)


def test_a_component_with_an_environment_of_its_own_has_its_packages_there(server):
    prefix, module = server.succeed(own_environment)['with-packages'].parameters['Output']
    assert prefix.startswith(str(server.data_dir)) and module.startswith(prefix)
