"""What is wrong is refused with the place of the mistake, nothing is half done, and the server goes on."""

import copy
import json
import uuid

import pytest
from harness import API, compiled
from kfp import dsl
from pipelines import one_answer, two_steps, typed_inputs

GOOD = {'whole': 1, 'real': 0.5, 'flag': True, 'text': 't', 'items': [1], 'table': {'k': 'v'}}


@pytest.fixture(autouse=True)
def unharmed(server):
    """After each test there is nothing new, and the server still answers."""
    def counts():
        return [server.get(f'/{kind}?page_size=1').get('total_size', 0) for kind in ('pipelines', 'runs')]

    before = counts()
    yield
    assert counts() == before, 'something was half created'
    assert server.request('GET', f'{API}/healthz').status == 200


def refused(answer, *words, statuses=(400,)):
    assert answer.status in statuses, answer
    for word in words:
        assert word in answer.message, f'{word!r} is not in {answer.message!r}'
    return answer


def upload(server, content, file_name='pipeline.yaml'):
    # A name of its own, so that nothing is refused for its name alone.
    return server.upload(content, f'refused {uuid.uuid4()}', file_name)


# Uploads: the text of the file

@pytest.mark.parametrize('content, words', [
    pytest.param(b'pipelineInfo: {name: x\nroot: [', ['line'], id='invalid YAML'),
    pytest.param(b'a: 1\n\tb: 2\n', ['line 2'], id='tab'),
    pytest.param(b'hello: world\n', ['pipelineInfo'], id='no pipeline'),
    pytest.param(b'- 1\n- 2\n', [], id='list'),
    pytest.param(b'just text\n', [], id='text'),
    pytest.param(b'', ['empty'], id='empty'),
    pytest.param(b'# only a comment\n', ['document'], id='only a comment'),
    pytest.param(b'pipelineInfo: {name: "\xc3\x28"}\n', ['UTF-8'], id='broken UTF-8'),
    pytest.param(b'\x89PNG\r\n\x1a\n\x00\x00', [], id='picture'),
    pytest.param(b'[' * 10_000, [], id='10,000 levels of YAML'),
    pytest.param(b'a: ' + b'{b: ' * 10_000, [], id='10,000 levels of YAML maps'),
    pytest.param(b'n: ' + b'9' * 4_000 + b'\n', [], id='huge whole number'),
    pytest.param(b'n: 1e999\n', [], id='huge exponent'),
])
def test_an_upload_that_is_no_pipeline_is_refused(server, content, words):
    refused(upload(server, content), *words)


def test_a_file_that_explodes_by_aliases_is_refused(server):
    levels = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for level in range(1, 12):
        levels.append(f'a{level}: &a{level} [' + ', '.join([f'*a{level - 1}'] * 10) + ']')
    refused(upload(server, '\n'.join(levels).encode()), 'alias')


def test_33_mebibytes_are_refused(server):
    answer = upload(server, b'# ' + b'x' * (33 << 20))
    refused(answer, '32', statuses=(400, 413))


def test_json_files_are_read_as_strictly(server):
    refused(upload(server, b'{"pipelineInfo": {"name": "x"},}', 'pipeline.json'))
    refused(upload(server, b'[' * 10_000, 'pipeline.json'))


# Uploads: the meaning of the file

def edited(pipeline, edit):
    spec = copy.deepcopy(compiled(pipeline))
    edit(spec)
    return spec


def cycle(spec):
    first = spec['root']['dag']['tasks']['answer']
    first['dependentTasks'] = ['answer-2']
    first['inputs']['parameters']['number'] = {
        'taskOutputParameter': {'producerTask': 'answer-2', 'outputParameterKey': 'result'}}


def itself(spec):
    spec['root']['dag']['tasks']['answer']['dependentTasks'] = ['answer']


def unknown_component(spec):
    spec['root']['dag']['tasks']['answer']['componentRef']['name'] = 'comp-nobody'


def unknown_executor(spec):
    spec['components']['comp-answer']['executorLabel'] = 'exec-nobody'


def unknown_dependency(spec):
    spec['root']['dag']['tasks']['answer']['dependentTasks'] = ['nobody']


def unknown_output(spec):
    second = spec['root']['dag']['tasks']['answer-2']
    second['inputs']['parameters']['number']['taskOutputParameter']['outputParameterKey'] = 'nothing'


def unknown_input(spec):
    second = spec['root']['dag']['tasks']['answer-2']
    second['inputs']['parameters']['number'] = {'componentInputParameter': 'nothing'}


def recursion(spec):
    spec['components']['comp-answer'] = {'dag': {'tasks': {'again': {
        'componentRef': {'name': 'comp-answer'}, 'taskInfo': {'name': 'again'}}}}}


def no_tasks(spec):
    spec['root']['dag'] = {}


def other_schema(spec):
    spec['schemaVersion'] = '9.9.9'


BROKEN = [
    pytest.param(cycle, ['answer', 'answer-2'], id='cycle'),
    pytest.param(itself, ['answer'], id='depends on itself'),
    pytest.param(unknown_component, ['comp-nobody', 'answer'], id='unknown component'),
    pytest.param(unknown_executor, ['exec-nobody'], id='unknown executor'),
    pytest.param(unknown_dependency, ['nobody', 'answer'], id='unknown dependency'),
    pytest.param(unknown_output, ['nothing', 'answer'], id='unknown output'),
    pytest.param(unknown_input, ['nothing', 'answer-2'], id='unknown input'),
    pytest.param(recursion, ['comp-answer'], id='component within itself'),
    pytest.param(no_tasks, [], id='no tasks'),
    pytest.param(other_schema, ['9.9.9', '2.1.0'], id='other schema version'),
]


@pytest.mark.parametrize('edit, words', BROKEN)
def test_a_broken_pipeline_is_refused_at_upload_and_at_submission(server, edit, words):
    spec = edited(two_steps, edit)
    refused(upload(server, json.dumps(spec).encode()), *words)
    refused(server.submit(spec), *words)


# Submissions: parameters

@pytest.mark.parametrize('name', sorted(GOOD))
def test_a_missing_parameter_is_named(server, name):
    parameters = {key: value for key, value in GOOD.items() if key != name}
    refused(server.submit(compiled(typed_inputs), parameters), name)


@pytest.mark.parametrize('name, value', [
    ('whole', 1.5), ('whole', '1'), ('whole', True), ('whole', None), ('real', '0.5'), ('real', [0.5]),
    ('flag', 1), ('flag', 'true'), ('text', 1), ('text', {'a': 1}), ('items', '[1]'), ('items', {'0': 1}),
    ('table', [1]), ('table', 'k: v'), ('maybe', 5), ('preset', 5),
])
def test_a_parameter_of_the_wrong_type_is_named(server, name, value):
    refused(server.submit(compiled(typed_inputs), {**GOOD, name: value}), name)


def test_an_unknown_parameter_is_named_beside_the_known_ones(server):
    refused(server.submit(compiled(typed_inputs), {**GOOD, 'wohle': 1}), 'wohle', 'whole')


# Submissions: the request

@pytest.mark.parametrize('body, words', [
    pytest.param(b'', [], id='nothing'),
    pytest.param(b'{', ['line 1'], id='half an object'),
    pytest.param(b'[]', [], id='list'),
    pytest.param(b'null', [], id='null'),
    pytest.param(b'{"display_name": "\xff\xfe"}', ['UTF-8'], id='broken UTF-8'),
    pytest.param(b'{"display_name": ' + b'[' * 10_000, [], id='10,000 levels'),
    pytest.param(b'{"a":' * 10_000 + b'1' + b'}' * 10_000, [], id='10,000 objects'),
    pytest.param(b'{"display_name": "x", "runtime_config": {"parameters": {"number": 1e999}}}', [],
                 id='huge number'),
    pytest.param(b'{"display_name": "x"}', [], id='no pipeline'),
    pytest.param(b'{"display_name": "x", "paramaters": {}}', ['paramaters'], id='unknown field'),
    pytest.param(b'{"display_name": 7}', ['display_name'], id='number for a name'),
])
def test_a_malformed_request_is_refused(server, body, words):
    refused(server.request('POST', f'{API}/runs', body), *words)


def test_a_number_beyond_any_range_is_refused(server):
    body = json.dumps({'display_name': 'x', 'pipeline_spec': compiled(one_answer)})
    body = body[:-1] + ', "runtime_config": {"parameters": {"number": ' + '9' * 400 + '}}}'
    refused(server.request('POST', f'{API}/runs', body.encode()))


@pytest.mark.parametrize('reference, statuses', [
    ({'pipeline_id': 'nobody'}, (400, 404)),
    ({'pipeline_id': 'nobody', 'pipeline_version_id': 'nothing'}, (400, 404)),
])
def test_a_run_of_a_pipeline_that_does_not_exist_is_refused(server, reference, statuses):
    answer = server.request('POST', f'{API}/runs',
                            {'display_name': 'x', 'pipeline_version_reference': reference})
    refused(answer, 'not found', statuses=statuses)


def test_a_run_in_an_experiment_that_does_not_exist_is_refused(server):
    answer = server.request('POST', f'{API}/runs', {
        'display_name': 'x', 'experiment_id': 'nobody', 'pipeline_spec': compiled(one_answer)})
    refused(answer, 'nobody', statuses=(400, 404))


@pytest.mark.parametrize('query, word', [
    ('page_size=-1', 'page_size'), ('page_size=many', 'page_size'), ('page_token=forged', 'page_token'),
    ('sort_by=colour', 'colour'), ('sort_by=created_at%20sideways', 'sideways'),
    ('filter=%7B', 'filter'), ('filter=%7B%22predicates%22%3A%5B%7B%22key%22%3A%22colour%22%2C'
                               '%22operation%22%3A%22EQUALS%22%2C%22stringValue%22%3A%22x%22%7D%5D%7D', 'colour'),
])
@pytest.mark.parametrize('kind', ['runs', 'experiments', 'pipelines'])
def test_a_list_request_that_makes_no_sense_is_refused(server, kind, query, word):
    refused(server.request('GET', f'{API}/{kind}?{query}'), word)
