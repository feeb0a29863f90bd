"""The description of the API: it is valid, it is that of the server, and requests made from it find nothing wrong."""

import json
import os
import re
import subprocess
import sys

import openapi_spec_validator
import pytest
from harness import API, compiled
from test_artifacts import two_artifacts

# For a longer search: SCHEMATHESIS_EXAMPLES=100 .venv/bin/python -m pytest Tests/EndToEnd/test_openapi.py
EXAMPLES = int(os.environ.get('SCHEMATHESIS_EXAMPLES', '2'))


@pytest.fixture(scope='module')
def document(server):
    return server.request('GET', '/openapi.json').json


def schemathesis(server, folder, *options):
    """Lets Schemathesis try the server and returns what it did for how many operations."""
    program = os.path.join(os.path.dirname(sys.executable), 'schemathesis')
    done = subprocess.run(
        [program, 'run', server.url + '/openapi.json', '--max-examples', str(EXAMPLES), '--seed', '1', '--no-color',
         # A schema cannot say that a pipeline makes sense or that a name is free.
         '--exclude-checks', 'positive_data_acceptance', *options],
        capture_output=True, text=True, timeout=max(300, EXAMPLES * 60), cwd=folder)
    assert done.returncode == 0, f'{done.stdout[-20000:]}\n{done.stderr[-5000:]}'
    tested = re.search(r'Tested: (\d+)', done.stdout)
    assert tested, done.stdout[-5000:]
    return int(tested[1]), done.stdout


@pytest.fixture
def furnished(own_server, tmp_path):
    """A server that has one of everything, and a file that tells Schemathesis their ids."""
    server = own_server.start()
    spec = compiled(two_artifacts)
    pipeline = server.request('POST', API + '/pipelines/create', {
        'pipeline': {'name': 'two', 'tags': {'a': 'b'}}, 'pipeline_version': {'pipeline_spec': spec}}).json
    version = server.get(f'/pipelines/{pipeline["pipeline_id"]}/versions')['pipeline_versions'][0]
    reference = {key: version[key] for key in ('pipeline_id', 'pipeline_version_id')}
    recurring = server.request('POST', API + '/recurringruns', {
        'display_name': 'yearly', 'trigger': {'cron_schedule': {'cron': '@yearly'}}, 'mode': 'ENABLE',
        'max_concurrency': '1', 'pipeline_version_reference': reference}).json
    run = server.request('POST', API + '/runs', {
        'display_name': 'once', 'pipeline_version_reference': reference}).json
    server.expect(server.finished(run['run_id']))
    task = server.tasks(run['run_id'])['write']
    ids = {**reference, 'run_id': run['run_id'], 'experiment_id': run['experiment_id'], 'name': 'two',
           'recurring_run_id': recurring['recurring_run_id'], 'artifact_id': task.artifacts['data'].id,
           'task_id': task.raw['task_id'], 'node_id': task.raw['task_id'], 'artifact_name': 'data',
           'namespace': 'kubeflow'}
    settings = ''.join(f'"path.{name}" = {json.dumps(value)}\n' for name, value in ids.items())
    (tmp_path / 'schemathesis.toml').write_text('[parameters]\n' + settings)
    return server


def test_the_description_is_a_valid_openapi_document(document):
    assert document['openapi'].startswith('3.')
    openapi_spec_validator.validate(document)


def test_the_description_has_the_paths_that_kfps_clients_ask_for(document):
    paths = {re.sub(r'{[^}]*}', '{}', path) for path in document['paths']}
    for path in ('/runs', '/runs/{}', '/runs/{}:terminate', '/experiments/{}:archive', '/recurringruns/{}:enable',
                 '/pipelines/{}/versions/{}', '/pipelines/names/{}', '/pipelines/upload', '/healthz'):
        assert API + path in paths


def test_a_program_that_knows_only_the_description_finds_nothing_wrong(own_server, tmp_path):
    tested, _ = schemathesis(own_server.start(), tmp_path, '--phases', 'examples,coverage,fuzzing,stateful')
    assert tested >= 75


def test_what_is_there_is_as_described(furnished, tmp_path):
    # Nothing is changed, so that everything stays there.
    tested, output = schemathesis(furnished, tmp_path, '--include-method', 'GET', '--phases', 'coverage,fuzzing')
    assert tested >= 35
    assert 'Missing test data' not in output, output[-5000:]
