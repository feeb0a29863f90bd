"""Experiments and runs through the generated client: the cases that KFP's own API suite has, and ours."""

import json

import pytest
from api import NOBODY, SPEC, STRANGE, everything, named, refused, unique, where
from harness import compiled, eventually
from pipelines import one_script

SLOW = compiled(one_script)


def slow(api, **fields):
    """A run that does not end by itself."""
    return api.run(pipeline_spec=SLOW, runtime_config={'parameters': {'script': 'sleep 600'}}, **fields)


# Experiments

@pytest.fixture(scope='module')
def four(api):
    text = unique('four')
    return text, [api.experiment(f'{text}-{name}', description=f'about {name} {text}') for name in 'dbca']


@pytest.mark.parametrize('name', ['x' * 100, 'ASCII !"#$%&/()=?', '你好世界', '🐦', 'with space'])
def test_experiments_have_any_name(api, name):
    made = api.experiment(name + unique('-'), description='d' * 10_000)
    fetched = api.experiments.experiment_service_get_experiment(made.experiment_id)
    assert (fetched.display_name, fetched.description) == (made.display_name, 'd' * 10_000)
    assert fetched.storage_state == 'AVAILABLE'
    assert fetched.last_run_created_at.year == 1970


@pytest.mark.parametrize('body, status, words', [
    ({'display_name': 'x' * 129}, 400, ['128']), ({'display_name': 'x' * 500}, 400, ['128']),
    ({'display_name': ''}, 400, ['display_name']), ({}, 400, ['display_name']),
    ({'display_name': 'Default'}, 409, ['Default']), ({'display_name': 'x', 'colour': 'red'}, 400, ['colour']),
    ({'display_name': 7}, 400, ['display_name']),
])
def test_an_experiment_that_makes_no_sense_is_refused(api, body, status, words):
    with refused(status, words=words):
        api.experiments.experiment_service_create_experiment(body)


@pytest.mark.parametrize('key', ['name', 'display_name', 'created_at', 'id', 'experiment_id', 'description',
                                 'last_run_created_at', 'storage_state', 'namespace'])
@pytest.mark.parametrize('direction', ['asc', 'desc'])
def test_experiments_are_sorted_and_paged(api, four, key, direction):
    found, pages = everything(api.experiments.experiment_service_list_experiments, 'experiments',
                              page_size=3, filter=named(four[0]), sort_by=f'{key} {direction}')
    assert (len(found), pages) == (4, 2)
    attribute = {'name': 'display_name', 'id': 'experiment_id'}.get(key, key)
    values = [getattr(row, attribute) or '' for row in found]
    assert values == sorted(values, reverse=direction == 'desc')


@pytest.mark.parametrize('predicate, expected', [
    (('name', 'EQUALS', 'string_value', '{}-a'), 'a'), (('display_name', 'NOT_EQUALS', 'string_value', '{}-a'), 'bcd'),
    (('name', 'IN', 'string_values', {'values': ['{}-a', '{}-b']}), 'ab'),
    (('description', 'IS_SUBSTRING', 'string_value', 'about c'), 'c'),
    (('created_at', 'GREATER_THAN', 'string_value', '2000-01-01T00:00:00Z'), 'abcd'),
    (('last_run_created_at', 'EQUALS', 'long_value', '0'), 'abcd'),
    (('storage_state', 'EQUALS', 'string_value', 'ARCHIVED'), ''),
    (('experiment_id', 'EQUALS', 'string_value', STRANGE), ''),
    (('namespace', 'EQUALS', 'string_value', ''), 'abcd'),
])
def test_experiments_are_filtered(api, four, predicate, expected):
    text = json.dumps(predicate).replace('{}', four[0])
    both = json.dumps({'predicates': json.loads(where(json.loads(text)))['predicates']
                       + json.loads(named(four[0]))['predicates']})
    page = api.experiments.experiment_service_list_experiments(filter=both, sort_by='name', namespace='kubeflow')
    assert [row.display_name[-1] for row in page.experiments or []] == list(expected)


@pytest.mark.parametrize('name', [NOBODY, STRANGE])
def test_an_experiment_that_does_not_exist_is_404_everywhere(api, name):
    service = api.experiments
    for request in (service.experiment_service_get_experiment, service.experiment_service_archive_experiment,
                    service.experiment_service_unarchive_experiment, service.experiment_service_delete_experiment):
        with refused(404, words=['not found']):
            request(name)
    with refused(404, words=['not found']):
        api.run(experiment_id=name)


def test_archiving_takes_the_runs_along_and_unarchiving_does_not_bring_them_back(api, server):
    service = api.experiments
    experiment = api.experiment()
    done, going = api.run(experiment_id=experiment.experiment_id), slow(api, experiment_id=experiment.experiment_id)
    server.finished(done.run_id)
    for _ in range(2):
        service.experiment_service_archive_experiment(experiment.experiment_id)
        assert service.experiment_service_get_experiment(experiment.experiment_id).storage_state == 'ARCHIVED'
    runs = api.runs.run_service_list_runs(experiment_id=experiment.experiment_id).runs
    assert {run.storage_state for run in runs} == {'ARCHIVED'}
    assert api.runs.run_service_get_run(going.run_id).state in ('PENDING', 'RUNNING')
    with refused(400, words=['archived']):
        api.runs.run_service_unarchive_run(done.run_id)
    with refused(400, words=['archived']):
        api.run(experiment_id=experiment.experiment_id)
    for _ in range(2):
        service.experiment_service_unarchive_experiment(experiment.experiment_id)
        assert service.experiment_service_get_experiment(experiment.experiment_id).storage_state == 'AVAILABLE'
    assert api.runs.run_service_get_run(done.run_id).storage_state == 'ARCHIVED'
    api.runs.run_service_unarchive_run(done.run_id)
    assert api.runs.run_service_get_run(done.run_id).storage_state == 'AVAILABLE'
    api.runs.run_service_terminate_run(going.run_id)


def test_a_deleted_experiment_leaves_its_runs_and_its_name(api, server):
    experiment = api.experiment()
    run = api.run(experiment_id=experiment.experiment_id)
    api.experiments.experiment_service_delete_experiment(experiment.experiment_id)
    assert server.finished(run.run_id)['experiment_id'] == experiment.experiment_id
    with refused(404):
        api.experiments.experiment_service_delete_experiment(experiment.experiment_id)
    with refused(404):
        api.run(experiment_id=experiment.experiment_id)
    assert api.experiment(experiment.display_name).experiment_id != experiment.experiment_id


def test_the_default_experiment_stays(api):
    only = where(('name', 'EQUALS', 'string_value', 'Default'))
    default, = api.experiments.experiment_service_list_experiments(filter=only).experiments
    with refused(400, 409, words=['Default']):
        api.experiments.experiment_service_delete_experiment(default.experiment_id)
    assert api.run().experiment_id == default.experiment_id


# Runs

@pytest.fixture(scope='module')
def runs(api, server):
    """Four finished runs of one experiment; the last one failed."""
    experiment = api.experiment()
    made = [api.run(f'run {name}', experiment_id=experiment.experiment_id, description=f'about {name}')
            for name in 'abc']
    made.append(api.run('run d', experiment_id=experiment.experiment_id, pipeline_spec=SLOW,
                        runtime_config={'parameters': {'script': 'exit 3'}}))
    for run in made:
        server.finished(run.run_id)
    return experiment.experiment_id, made


@pytest.mark.parametrize('key', ['name', 'display_name', 'created_at', 'finished_at', 'scheduled_at', 'id', 'run_id',
                                 'state', 'status', 'storage_state', 'description', 'experiment_id', 'namespace'])
@pytest.mark.parametrize('direction', ['asc', 'desc'])
def test_runs_are_sorted_and_paged(api, runs, key, direction):
    found, pages = everything(api.runs.run_service_list_runs, 'runs', experiment_id=runs[0], page_size=2,
                              sort_by=f'{key} {direction}')
    assert (len(found), pages) == (4, 2)
    attribute = {'name': 'display_name', 'id': 'run_id', 'status': 'state', 'namespace': 'experiment_id'}.get(key, key)
    values = [getattr(row, attribute) or '' for row in found]
    assert values == sorted(values, reverse=direction == 'desc')


@pytest.mark.parametrize('predicate, expected', [
    (('name', 'EQUALS', 'string_value', 'run a'), 'a'), (('display_name', 'NOT_EQUALS', 'string_value', 'run a'), 'bcd'),
    (('display_name', 'IS_SUBSTRING', 'string_value', 'un b'), 'b'),
    (('state', 'EQUALS', 'string_value', 'FAILED'), 'd'),
    (('state', 'IN', 'string_values', {'values': ['SUCCEEDED', 'RUNNING']}), 'abc'),
    (('created_at', 'GREATER_THAN_EQUALS', 'timestamp_value', '2000-01-01T00:00:00Z'), 'abcd'),
    (('created_at', 'IN', 'long_values', {'values': ['1', '2']}), ''),
    (('finished_at', 'LESS_THAN', 'string_value', '2000-01-01T00:00:00Z'), ''),
    (('storage_state', 'EQUALS', 'string_value', 'AVAILABLE'), 'abcd'),
    (('run_id', 'EQUALS', 'string_value', STRANGE), ''),
    (('description', 'LESS_THAN', 'string_value', 'about b'), 'ad'),
])
def test_runs_are_filtered(api, runs, predicate, expected):
    page = api.runs.run_service_list_runs(experiment_id=runs[0], filter=where(predicate), sort_by='name')
    assert [run.display_name[-1] for run in page.runs or []] == list(expected)
    assert (page.total_size or 0) == len(expected)


@pytest.mark.parametrize('query', [{'sort_by': 'colour'}, {'page_size': -1}, {'page_token': 'forged'},
                                   {'filter': '{'}, {'filter': where(('colour', 'EQUALS', 'string_value', 'x'))}])
def test_a_list_of_runs_that_makes_no_sense_is_refused(api, query):
    with refused(400):
        api.runs.run_service_list_runs(**query)


def test_a_run_is_what_was_asked_for(api, server):
    experiment = api.experiment()
    run = api.run('all of it', experiment_id=experiment.experiment_id, description='what for',
                  service_account='robot', runtime_config={'parameters': {'number': 3}, 'pipeline_root': 's3://mine'})
    server.finished(run.run_id)
    run = api.runs.run_service_get_run(run.run_id)
    assert (run.display_name, run.description, run.service_account) == ('all of it', 'what for', 'robot')
    assert run.runtime_config.parameters == {'number': 3}
    assert run.pipeline_spec == SPEC and run.pipeline_version_reference is None
    assert run.runtime_config.pipeline_root == 's3://mine'
    note, = server.get(f'/runs/{run.run_id}')['notes']
    assert 's3://mine' in note['message'] and 'own store' in note['message']
    assert (run.state, run.storage_state) == ('SUCCEEDED', 'AVAILABLE')
    assert run.created_at == run.scheduled_at <= run.finished_at


def test_a_run_of_a_pipeline_takes_the_newest_version_or_the_one_named(api, server):
    pipeline = api.uploaded()
    first, = api.versions(pipeline).pipeline_versions
    second = api.version(pipeline)
    ids = {'pipeline_id': pipeline.pipeline_id}
    newest = api.run(pipeline_version_reference=ids)
    assert newest.pipeline_version_reference.pipeline_version_id == second.pipeline_version_id
    assert newest.pipeline_spec is None
    named_one = api.run(pipeline_version_reference={**ids, 'pipeline_version_id': first.pipeline_version_id})
    assert named_one.pipeline_version_reference.pipeline_version_id == first.pipeline_version_id
    api.pipelines.pipeline_service_delete_pipeline(pipeline.pipeline_id, cascade=True)
    for run in (newest, named_one):
        assert server.finished(run.run_id)['state'] == 'SUCCEEDED'
    with refused(404):
        api.run(pipeline_version_reference=ids)


@pytest.mark.parametrize('fields, statuses, words', [
    ({'display_name': '', 'pipeline_spec': SPEC}, (400,), ['display_name']),
    ({'display_name': 'x'}, (400,), ['pipeline_spec']),
    ({'display_name': 'x', 'pipeline_version_reference': {}}, (400,), ['pipeline']),
    ({'display_name': 'x', 'pipeline_version_reference': {'pipeline_id': NOBODY}}, (404,), [NOBODY]),
    ({'display_name': 'x', 'pipeline_version_id': NOBODY}, (404,), [NOBODY]),
    ({'display_name': 'x', 'pipeline_spec': SPEC, 'pipeline_version_id': NOBODY}, (400,), ['both']),
    ({'display_name': 'x', 'pipeline_spec': SPEC, 'runtime_config': {'parameters': {'nobody': 1}}}, (400,), ['nobody']),
    ({'display_name': 'x', 'pipeline_spec': {'apiVersion': 'argoproj.io/v1alpha1', 'kind': 'Workflow'}}, (400,),
     ['Argo', 'kfp 2']),
])
def test_a_run_that_makes_no_sense_is_refused(api, fields, statuses, words):
    with refused(*statuses, words=words):
        api.runs.run_service_create_run(fields)


def test_a_version_of_another_pipeline_is_not_run(api):
    pipeline, other = api.uploaded(), api.pipeline()
    version, = api.versions(pipeline).pipeline_versions
    with refused(400, 404):
        api.run(pipeline_version_reference={'pipeline_id': other.pipeline_id,
                                            'pipeline_version_id': version.pipeline_version_id})
    with refused(400, words=['no versions']):
        api.run(pipeline_version_reference={'pipeline_id': other.pipeline_id})


def test_archiving_keeps_the_state_and_can_be_repeated(api, server):
    going, done = slow(api), api.run()
    server.finished(done.run_id)
    for run, states in ((going, ('PENDING', 'RUNNING')), (done, ('SUCCEEDED',))):
        for request, stored in ((api.runs.run_service_archive_run, 'ARCHIVED'),
                                (api.runs.run_service_unarchive_run, 'AVAILABLE')):
            for _ in range(2):
                request(run.run_id)
                found = api.runs.run_service_get_run(run.run_id)
                assert found.storage_state == stored and found.state in states
    api.runs.run_service_terminate_run(going.run_id)


def test_a_run_is_terminated_once(api, server):
    run = slow(api)
    api.runs.run_service_terminate_run(run.run_id)
    assert server.finished(run.run_id, 30)['state'] in ('CANCELED', 'FAILED')
    with refused(400):
        api.runs.run_service_terminate_run(run.run_id)


@pytest.mark.parametrize('name', [NOBODY, STRANGE])
def test_a_run_that_does_not_exist_is_404_everywhere(api, name):
    service = api.runs
    for request in (service.run_service_get_run, service.run_service_archive_run, service.run_service_unarchive_run,
                    service.run_service_terminate_run, service.run_service_delete_run):
        with refused(404, words=['not found']):
            request(name)


def test_a_deleted_run_is_gone_whether_it_was_over_or_not(api, server):
    going, done = slow(api), api.run()
    server.finished(done.run_id)
    eventually(lambda: api.runs.run_service_get_run(going.run_id).state == 'RUNNING', what='the run to start')
    for run in (going, done):
        api.runs.run_service_delete_run(run.run_id)
        for request in (api.runs.run_service_get_run, api.runs.run_service_delete_run,
                        api.runs.run_service_terminate_run, api.runs.run_service_archive_run):
            with refused(404):
                request(run.run_id)
