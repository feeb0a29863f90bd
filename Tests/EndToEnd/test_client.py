"""The SDK's client finds everything where it expects it."""

import json
import uuid

import kfp_server_api
import pytest
from harness import compiled, eventually
from kfp import compiler
from pipelines import one_answer, one_script, sh, two_steps


def unique(text):
    return f'{text} {uuid.uuid4().hex[:8]}'


def equals(key, value):
    return json.dumps({'predicates': [{'operation': 'EQUALS', 'key': key, 'stringValue': value}]})


@pytest.fixture
def package(tmp_path):
    """A compiled pipeline file."""
    path = str(tmp_path / 'one-answer.yaml')
    compiler.Compiler().compile(one_answer, path)
    return path


def finished(client, run_id):
    return client.wait_for_run_completion(run_id, timeout=120, sleep_duration=0.1)


# Experiments

def test_an_experiment_is_created_once_found_by_name_and_archived(client):
    name = unique('experiment')
    made = client.create_experiment(name, description='what it is for')
    assert made.display_name == name
    assert made.storage_state == 'AVAILABLE'
    assert client.create_experiment(name).experiment_id == made.experiment_id
    assert client.get_experiment(experiment_name=name).experiment_id == made.experiment_id
    assert client.get_experiment(experiment_id=made.experiment_id).description == 'what it is for'
    client.archive_experiment(made.experiment_id)
    assert client.get_experiment(experiment_id=made.experiment_id).storage_state == 'ARCHIVED'
    client.unarchive_experiment(made.experiment_id)
    assert client.get_experiment(experiment_id=made.experiment_id).storage_state == 'AVAILABLE'
    client.delete_experiment(made.experiment_id)
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.get_experiment(experiment_id=made.experiment_id)
    assert error.value.status == 404


def test_the_default_experiment_is_there_from_the_start(client):
    assert client.get_experiment(experiment_name='Default').display_name == 'Default'


def test_pages_of_experiments_hold_each_one_once(client):
    prefix = unique('paged')
    made = {client.create_experiment(f'{prefix} {number}').experiment_id for number in range(7)}
    only_these = json.dumps({'predicates': [
        {'operation': 'IS_SUBSTRING', 'key': 'display_name', 'stringValue': prefix}]})
    seen, token, pages = [], '', 0
    while True:
        page = client.list_experiments(page_token=token, page_size=3, sort_by='display_name desc',
                                       filter=only_these)
        seen += page.experiments or []
        pages += 1
        assert page.total_size == 7
        token = page.next_page_token
        if not token:
            break
    assert pages == 3
    assert {experiment.experiment_id for experiment in seen} == made
    names = [experiment.display_name for experiment in seen]
    assert names == sorted(names, reverse=True) and len(names) == 7


# Pipelines

def test_a_pipeline_is_uploaded_versioned_listed_and_deleted(client, package):
    name = unique('uploaded')
    pipeline = client.upload_pipeline(package, pipeline_name=name, description='counts')
    assert pipeline.display_name == name
    assert client.get_pipeline_id(name) == pipeline.pipeline_id
    assert client.get_pipeline(pipeline.pipeline_id).description == 'counts'

    second = client.upload_pipeline_version(package, f'{name} v2', pipeline_id=pipeline.pipeline_id)
    versions = client.list_pipeline_versions(pipeline.pipeline_id, sort_by='created_at desc').pipeline_versions
    assert [version.display_name for version in versions] == [f'{name} v2', name]
    fetched = client.get_pipeline_version(pipeline.pipeline_id, second.pipeline_version_id)
    assert fetched.pipeline_spec['pipelineInfo']['name'] == 'one-answer'

    listed = client.list_pipelines(filter=equals('display_name', name)).pipelines
    assert [one.pipeline_id for one in listed] == [pipeline.pipeline_id]

    for version in versions:
        client.delete_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    client.delete_pipeline(pipeline.pipeline_id)
    assert client.get_pipeline_id(name) is None


def test_a_pipeline_with_versions_is_not_deleted_by_mistake(client, package):
    pipeline = client.upload_pipeline(package, pipeline_name=unique('kept'))
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.delete_pipeline(pipeline.pipeline_id)
    assert error.value.status == 400
    assert client.get_pipeline(pipeline.pipeline_id).pipeline_id == pipeline.pipeline_id


def test_a_second_pipeline_of_the_same_name_is_a_conflict(client, package):
    name = unique('twice')
    client.upload_pipeline(package, pipeline_name=name)
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.upload_pipeline(package, pipeline_name=name)
    assert error.value.status == 409
    assert name in str(error.value.body)


# Runs

def test_a_run_starts_from_an_uploaded_version(client, server, package):
    pipeline = client.upload_pipeline(package, pipeline_name=unique('to run'))
    version = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions[0]
    experiment = client.create_experiment(unique('of versions'))
    run = client.run_pipeline(
        experiment.experiment_id, 'from a version', pipeline_id=pipeline.pipeline_id,
        version_id=version.pipeline_version_id, params={'number': 7})
    assert run.state in ('PENDING', 'RUNNING')
    done = finished(client, run.run_id)
    assert done.state == 'SUCCEEDED', server.story(run.run_id)
    assert done.experiment_id == experiment.experiment_id
    assert done.pipeline_version_reference.pipeline_version_id == version.pipeline_version_id
    assert done.runtime_config.parameters == {'number': 7}
    assert server.tasks(run.run_id)['root'].parameters == {'Output': 7}
    assert client.get_experiment(experiment_id=experiment.experiment_id).last_run_created_at == done.created_at


def test_a_run_starts_from_a_package_file(client, server, package):
    run = client.create_run_from_pipeline_package(
        package, arguments={'number': 8}, run_name='from a file', experiment_name=unique('of files'))
    done = finished(client, run.run_id)
    assert (done.display_name, done.state) == ('from a file', 'SUCCEEDED'), server.story(run.run_id)
    assert server.tasks(run.run_id)['root'].parameters == {'Output': 8}
    assert [change.state for change in done.state_history][0] == 'PENDING'
    assert [change.state for change in done.state_history][-1] == 'SUCCEEDED'
    assert done.created_at <= done.finished_at
    assert client.get_run(run.run_id).run_id == run.run_id


def test_without_caching_every_step_runs(client, server):
    for _ in range(2):
        run = client.create_run_from_pipeline_func(
            two_steps, arguments={}, enable_caching=False, experiment_name=unique('uncached'))
        assert finished(client, run.run_id).state == 'SUCCEEDED', server.story(run.run_id)
        assert {task.state for task in server.tasks(run.run_id).values()} == {'SUCCEEDED'}


def test_run_details_name_every_task_for_clients_that_look_there(client, server):
    run = client.create_run_from_pipeline_func(two_steps, arguments={})
    done = finished(client, run.run_id)
    details = {detail.display_name: detail for detail in done.run_details.task_details}
    assert {'answer', 'answer-2'} <= set(details)
    assert details['answer'].state == 'SUCCEEDED'
    assert details['answer'].end_time >= details['answer'].create_time


def test_runs_are_filtered_sorted_and_paged(client):
    experiment = client.create_experiment(unique('listed'))
    ids = [client.create_run_from_pipeline_func(
        one_answer, arguments={'number': number}, run_name=f'run {number}',
        experiment_id=experiment.experiment_id).run_id for number in range(5)]
    for run_id in ids:
        finished(client, run_id)

    seen, token = [], ''
    while True:
        page = client.list_runs(page_token=token, page_size=2, sort_by='display_name desc',
                                experiment_id=experiment.experiment_id)
        seen += page.runs
        token = page.next_page_token
        if not token:
            break
    assert [run.display_name for run in seen] == [f'run {number}' for number in reversed(range(5))]

    only = client.list_runs(experiment_id=experiment.experiment_id, filter=equals('display_name', 'run 3'))
    assert [run.run_id for run in only.runs] == [ids[3]]
    assert only.total_size == 1
    assert client.list_runs(experiment_id=experiment.experiment_id,
                            filter=equals('state', 'FAILED')).runs is None


def test_a_run_is_archived_and_comes_back(client):
    run_id = client.create_run_from_pipeline_func(one_answer, arguments={}).run_id
    finished(client, run_id)
    client.archive_run(run_id)
    assert client.get_run(run_id).storage_state == 'ARCHIVED'
    client.unarchive_run(run_id)
    assert client.get_run(run_id).storage_state == 'AVAILABLE'


def test_a_terminated_run_ends_and_its_process_with_it(client, server, tmp_path):
    noted = tmp_path / 'pid'
    run_id = client.create_run_from_pipeline_func(
        one_script, arguments={'script': f'echo $$ > {noted}.new; mv {noted}.new {noted}; sleep 600'}).run_id
    eventually(noted.exists, what='the step to start')
    client.terminate_run(run_id)
    run = server.finished(run_id, timeout=30)
    assert run['state'] in ('CANCELED', 'FAILED'), server.story(run_id)
    assert server.tasks(run_id)['sh'].state in ('CANCELED', 'FAILED')
    status = f'/proc/{noted.read_text().strip()}/stat'

    def gone():
        try:
            return open(status).read().rsplit(')', 1)[1].split()[0] == 'Z'
        except OSError:
            return True

    eventually(gone, 20, what='the process of the step to end')


def test_a_terminated_run_cannot_be_terminated_again(client, server):
    run_id = client.create_run_from_pipeline_func(one_answer, arguments={}).run_id
    finished(client, run_id)
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.terminate_run(run_id)
    assert error.value.status == 400


def test_a_deleted_run_is_gone(client, server):
    experiment = client.create_experiment(unique('deleted'))
    run_id = client.create_run_from_pipeline_func(
        one_answer, arguments={}, experiment_id=experiment.experiment_id).run_id
    finished(client, run_id)
    client.delete_run(run_id)
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.get_run(run_id)
    assert error.value.status == 404
    assert client.list_runs(experiment_id=experiment.experiment_id).runs is None


def test_a_run_that_does_not_exist_is_404_with_its_name(client):
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.get_run('00000000-0000-4000-8000-000000000000')
    assert error.value.status == 404
    body = json.loads(error.value.body)
    assert body['code'] == 5
    assert '00000000-0000-4000-8000-000000000000' in body['message']


def test_a_platform_spec_beside_the_pipeline_is_accepted(client, server):
    spec = compiled(one_answer)
    answer = server.submit({'pipeline_spec': spec, 'platform_spec': {'platforms': {'kubernetes': {}}}})
    assert answer.status == 200, answer
    assert server.finished(answer.json['run_id'])['state'] == 'SUCCEEDED'


def test_a_component_runs_as_a_pipeline_of_its_own(client, server):
    run = client.create_run_from_pipeline_func(sh, arguments={'script': 'echo alone'})
    assert finished(client, run.run_id).state == 'SUCCEEDED', server.story(run.run_id)
