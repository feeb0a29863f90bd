"""What kfp 1.x asks for, in the requests that kfp 1.8.22 sends."""

import json

import pytest
from api import NOBODY, SPEC, unique
from harness import eventually

V1 = '/apis/v1beta1'


@pytest.fixture
def v1(server):
    def ask(method, path, body=None, status=200):
        answer = server.request(method, V1 + path, body)
        assert answer.status == status, answer
        return answer.json if status == 200 else answer.message
    return ask


@pytest.fixture
def pipeline(server, v1):
    """A pipeline as kfp 1.8 uploads it."""
    boundary = 'first-generation'
    body = (f'--{boundary}\r\nContent-Disposition: form-data; name="uploadfile"; filename="p.yaml"\r\n\r\n'
            f'{json.dumps(SPEC)}\r\n--{boundary}--\r\n').encode()
    answer = server.request('POST', f'{V1}/pipelines/upload?name={unique("v1")}&description=', body,
                            {'Content-Type': f'multipart/form-data; boundary={boundary}'})
    assert answer.status == 200, answer
    return answer.json


def reference(kind, identity, relationship):
    return {'key': {'type': kind, 'id': identity}, 'relationship': relationship}


def test_health(v1):
    assert v1('GET', '/healthz')['multi_user'] is False


def test_experiments(v1):
    name = unique('v1')
    made = v1('POST', '/experiments', {'name': name, 'description': 'd', 'resource_references': []})
    assert (made['name'], made['description'], made['storage_state']) == (name, 'd', 'STORAGESTATE_AVAILABLE')
    only = '%7B%22predicates%22%3A%5B%7B%22op%22%3A1%2C%22key%22%3A%22name%22%2C%22stringValue%22%3A%22{}%22%7D%5D%7D'
    listed = v1('GET', f'/experiments?page_token=&page_size=2&sort_by=&filter={only.format(name)}'
                       '&resource_reference_key.type=NAMESPACE')
    assert [one['id'] for one in listed['experiments']] == [made['id']] and listed['total_size'] == 1
    v1('POST', f'/experiments/{made["id"]}:archive')
    assert v1('GET', f'/experiments/{made["id"]}')['storage_state'] == 'STORAGESTATE_ARCHIVED'
    v1('POST', f'/experiments/{made["id"]}:unarchive')
    v1('DELETE', f'/experiments/{made["id"]}')
    assert 'not found' in v1('GET', f'/experiments/{made["id"]}', status=404)
    assert 'name' in v1('POST', '/experiments', {'display_name': 'of the second generation'}, status=400)


def test_pipelines_and_versions(v1, pipeline):
    identity, version = pipeline['id'], pipeline['default_version']['id']
    assert pipeline['parameters'] == [{'name': 'number', 'value': '42'}]
    assert v1('GET', f'/pipelines/{identity}') == pipeline
    assert v1('GET', f'/namespaces/-/pipelines/{pipeline["name"]}') == pipeline
    assert pipeline in v1('GET', '/pipelines?page_size=200&sort_by=created_at%20desc')['pipelines']
    versions = v1('GET', f'/pipeline_versions?resource_key.type=PIPELINE&resource_key.id={identity}')
    assert versions['versions'] == [pipeline['default_version']] and versions['total_size'] == 1
    assert v1('GET', f'/pipeline_versions/{version}') == pipeline['default_version']
    for path in (f'/pipelines/{identity}/templates', f'/pipeline_versions/{version}/templates'):
        assert json.loads(v1('GET', path)['template']) == SPEC
    v1('DELETE', f'/pipelines/{identity}', status=400)
    v1('DELETE', f'/pipeline_versions/{version}')
    v1('DELETE', f'/pipelines/{identity}')
    assert 'PIPELINE' in v1('GET', '/pipeline_versions', status=400)
    for path in (f'/pipelines/{NOBODY}', f'/pipeline_versions/{NOBODY}', f'/pipelines/{NOBODY}/templates'):
        assert 'not found' in v1('GET', path, status=404)


def test_nothing_is_fetched_unless_it_is_allowed(v1):
    url = {'pipeline_url': 'https://github.com/p.yaml'}
    assert '--package-hosts' in v1('POST', '/pipelines', {'name': unique('v1'), 'url': url}, status=400)
    assert '--package-hosts' in v1('POST', '/pipeline_versions', {
        'name': 'v', 'package_url': url, 'resource_references': [reference('PIPELINE', NOBODY, 'OWNER')]}, status=400)


def test_a_run_of_a_stored_pipeline(v1, server, pipeline):
    experiment = v1('POST', '/experiments', {'name': unique('v1')})['id']
    run = v1('POST', '/runs', {
        'name': 'r', 'pipeline_spec': {'pipeline_id': pipeline['id'],
                                       'parameters': [{'name': 'number', 'value': '7'}]},
        'resource_references': [
            reference('EXPERIMENT', experiment, 'OWNER'),
            reference('PIPELINE_VERSION', pipeline['default_version']['id'], 'CREATOR')]})['run']
    assert (run['name'], run['status']) == ('r', 'Pending')
    found = eventually(lambda: next(
        (one for one in [v1('GET', f'/runs/{run["id"]}')['run']] if one['status'] == 'Succeeded'), None))
    assert found['pipeline_spec']['runtime_config']['parameters'] == {'number': 7}
    assert server.tasks(run['id'])['root'].parameters == {'Output': 7}
    listed = v1('GET', '/runs?page_size=10&sort_by=created_at%20desc&resource_reference_key.type=EXPERIMENT'
                       f'&resource_reference_key.id={experiment}')
    assert [one['id'] for one in listed['runs']] == [run['id']]
    assert 'over' in v1('POST', f'/runs/{run["id"]}/terminate', status=400)
    v1('POST', f'/runs/{run["id"]}:archive')
    assert v1('GET', f'/runs/{run["id"]}')['run']['storage_state'] == 'STORAGESTATE_ARCHIVED'
    v1('POST', f'/runs/{run["id"]}:unarchive')
    v1('DELETE', f'/runs/{run["id"]}')
    v1('GET', f'/runs/{run["id"]}', status=404)


@pytest.mark.parametrize('value', ['seven', '', '7.5', '[7]'])
def test_a_text_that_is_no_value_of_the_type_is_refused(v1, pipeline, value):
    message = v1('POST', '/runs', {'name': 'r', 'pipeline_spec': {
        'pipeline_id': pipeline['id'], 'parameters': [{'name': 'number', 'value': value}]}}, status=400)
    assert 'number' in message


@pytest.mark.parametrize('spec, words', [
    ({'workflow_manifest': json.dumps({'apiVersion': 'argoproj.io/v1alpha1', 'kind': 'Workflow', 'spec': {}})},
     ['Argo', 'kfp 2']),
    ({'workflow_manifest': 'not JSON'}, ['workflow_manifest']),
    ({}, ['pipeline_id']), (None, ['pipeline_id']), ({'colour': 'red'}, ['colour']),
])
def test_a_workflow_is_refused_with_one_sentence(v1, server, spec, words):
    before = server.get('/runs?page_size=1').get('total_size', 0)
    message = v1('POST', '/runs', {'name': 'old', 'pipeline_spec': spec}, status=400)
    for word in words:
        assert word in message
    assert server.get('/runs?page_size=1').get('total_size', 0) == before
