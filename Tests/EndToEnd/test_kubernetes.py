"""Settings of kfp-kubernetes on one machine: secrets, config maps, volumes, workspace, deadlines."""

import pytest
import yaml
from harness import command
from kfp import compiler, dsl, kubernetes

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def look() -> str:
    import os
    with open('/etc/martlet-test/color') as file:
        return f"{os.environ['TOKEN']}|{os.environ['POD']}|{file.read()}"


@dsl.component(base_image=IMAGE)
def write(path: str):
    with open(path + '/note', 'w') as file:
        file.write('kept')


@dsl.component(base_image=IMAGE)
def read(path: str) -> str:
    with open(path + '/note') as file:
        return file.read()


@dsl.component(base_image=IMAGE)
def sleep():
    import time
    time.sleep(60)


@dsl.pipeline(name='objects')
def objects():
    step = look().set_caching_options(False)
    kubernetes.use_secret_as_env(step, secret_name='credentials', secret_key_to_env={'token': 'TOKEN'})
    kubernetes.use_config_map_as_volume(step, config_map_name='app', mount_path='/etc/martlet-test')
    kubernetes.use_field_path_as_env(step, env_name='POD', field_path='metadata.name')
    kubernetes.add_node_selector(step, 'disk', 'ssd')


@dsl.pipeline(name='claims')
def claims():
    claim = kubernetes.CreatePVC(pvc_name_suffix='-data', access_modes=['ReadWriteOnce'], size='1Gi')
    first = write(path='/martlet-test-data')
    kubernetes.mount_pvc(first, pvc_name=claim.outputs['name'], mount_path='/martlet-test-data')
    second = read(path='/martlet-test-data').after(first)
    kubernetes.mount_pvc(second, pvc_name=claim.outputs['name'], mount_path='/martlet-test-data')
    kubernetes.DeletePVC(pvc_name=claim.outputs['name']).after(second)


@dsl.pipeline(
    name='workspace', pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def workspace():
    first = write(path=dsl.WORKSPACE_PATH_PLACEHOLDER).set_caching_options(False)
    read(path=dsl.WORKSPACE_PATH_PLACEHOLDER).set_caching_options(False).after(first)


@dsl.pipeline(name='deadline')
def deadline():
    kubernetes.set_timeout(sleep(), 1)


def played(server, pipeline, folder, state='SUCCEEDED'):
    """Compiles both documents of a pipeline, runs it to its end and returns its run and tasks."""
    file = folder / 'pipeline.yaml'
    compiler.Compiler().compile(pipeline, str(file))
    spec, platform = yaml.safe_load_all(file.read_text())
    run = server.expect(server.run({'pipeline_spec': spec, 'platform_spec': platform}), state)
    return run, server.tasks(run['run_id'])


def on_this_machine(server, *words):
    done = command(*words, '--data-dir', str(server.data_dir))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_secrets_and_config_maps_reach_the_step_and_no_listing(server, tmp_path):
    on_this_machine(server, 'secrets', 'set', 'credentials', 'token=s3cret')
    on_this_machine(server, 'config-maps', 'set', 'app', 'color=blue')
    run, tasks = played(server, objects, tmp_path)
    token, pod, color = tasks['look'].parameters['Output'].split('|')
    assert (token, color) == ('s3cret', 'blue')
    assert run['run_id'] in pod
    listing = on_this_machine(server, 'secrets', 'list')
    assert 'credentials' in listing and 'token' in listing and 's3cret' not in listing


def test_a_missing_secret_is_named_with_the_way_to_add_it(server, tmp_path):
    @dsl.pipeline(name='missing-secret')
    def missing():
        step = look().set_caching_options(False)
        kubernetes.use_secret_as_env(step, secret_name='nowhere', secret_key_to_env={'key': 'TOKEN'})

    _, tasks = played(server, missing, tmp_path, 'FAILED')
    assert 'martlet secrets set nowhere key=VALUE' in tasks['look'].reason['message']


@pytest.mark.parametrize('attempt', ['first', 'again'])
def test_a_claim_is_made_shared_mounted_and_deleted_each_time(server, tmp_path, attempt):
    _, tasks = played(server, claims, tmp_path)
    assert tasks['read'].parameters == {'Output': 'kept'}
    # Each run has a claim of its own, so nothing of an earlier run may stand for these steps.
    assert {tasks[name].state for name in ('createpvc', 'write', 'read', 'deletepvc')} == {'SUCCEEDED'}


def test_the_workspace_is_shared_by_the_steps_of_a_run(server, tmp_path):
    _, tasks = played(server, workspace, tmp_path)
    assert tasks['read'].parameters == {'Output': 'kept'}


def test_a_step_that_runs_too_long_is_ended_and_says_so(server, tmp_path):
    _, tasks = played(server, deadline, tmp_path, 'FAILED')
    assert tasks['sleep'].reason['code'] == 'DEADLINE_EXCEEDED'
    assert '1s' in tasks['sleep'].reason['message']
