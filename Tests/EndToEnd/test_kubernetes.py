"""Settings of kfp-kubernetes on one machine: secrets, config maps, volumes, workspace, deadlines."""

import os

import pytest
import yaml
from harness import command, compiled, eventually
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


def documents(pipeline, folder):
    """Both documents of a pipeline, as the SDK compiles them."""
    file = folder / 'pipeline.yaml'
    compiler.Compiler().compile(pipeline, str(file))
    return yaml.safe_load_all(file.read_text())


def played(server, pipeline, folder, state='SUCCEEDED', **parameters):
    """Compiles both documents of a pipeline, runs it to its end and returns its run and tasks."""
    spec, platform = documents(pipeline, folder)
    run = server.expect(server.run({'pipeline_spec': spec, 'platform_spec': platform}, **parameters), state)
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


# Settings that have no effect, settings handed on, containers before and beside the step

@dsl.container_component
def echo(text: str):
    return dsl.ContainerSpec(image='alpine:3', command=['echo', text])


@dsl.pipeline(name='placed')
def placed():
    kubernetes.add_node_selector(echo(text='a'), 'disk', 'ssd')
    with dsl.ParallelFor(['b']) as item:
        step = echo(text=item)
        kubernetes.add_node_selector(step, 'disk', 'ssd')
        kubernetes.set_image_pull_policy(step, 'Always')


def test_settings_without_effect_are_told_once_a_run_with_the_steps_that_ask_for_them(own_server, tmp_path):
    own_server.start()
    run, _ = played(own_server, placed, tmp_path)
    assert [(note['code'], note['message'], note['details']) for note in run['notes']] == [
        ('SETTING_IGNORED', 'node selector disk=ssd: there are no nodes here', {'tasks': ['echo', 'echo-2']}),
        ('SETTING_IGNORED', 'image pull policy Always: no image is pulled here', {'tasks': ['echo-2']})]
    assert own_server.log_path.read_text().count('settings of the pipeline have no effect here') == 1
    shown = command('runs', 'get', run['run_id'], '--endpoint', own_server.url)
    assert 'no effect here: node selector disk=ssd: there are no nodes here (echo, echo-2)' in shown.stdout
    followed = command('run', str(tmp_path / 'pipeline.yaml'), '--follow', '--endpoint', own_server.url)
    assert followed.stdout.count('no effect here: image pull policy Always') == 1
    plain = own_server.run({**compiled(placed)})
    assert 'notes' not in plain


@dsl.component(base_image=IMAGE, task_config_passthroughs=[
    dsl.TaskConfigField.RESOURCES, dsl.TaskConfigField.KUBERNETES_TOLERATIONS,
    dsl.TaskConfigField.KUBERNETES_NODE_SELECTOR, dsl.TaskConfigField.KUBERNETES_AFFINITY,
    dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.ENV, apply_to_task=True),
    dsl.TaskConfigField.KUBERNETES_VOLUMES])
def hand_on(config: dsl.TaskConfig, path: str) -> dict:
    import dataclasses
    import os
    return {**dataclasses.asdict(config), 'seen': os.environ.get('COLOR'), 'mounted': os.path.exists('/martlet-on')}


@dsl.pipeline(
    name='handing-on', pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def handing_on():
    step = hand_on(path=dsl.WORKSPACE_PATH_PLACEHOLDER).set_caching_options(False)
    step.set_cpu_request('4000').set_memory_limit('2Gi').set_env_variable('COLOR', 'blue')
    kubernetes.add_toleration(step, key='gpu', operator='Exists', effect='NoSchedule')
    kubernetes.add_node_selector(step, 'disk', 'ssd')
    kubernetes.mount_pvc(step, pvc_name='on', mount_path='/martlet-on')
    kubernetes.use_secret_as_env(step, secret_name='credentials', secret_key_to_env={'token': 'TOKEN'})


def test_a_component_is_told_of_the_settings_it_hands_on_and_keeps_those_it_wants(server, tmp_path):
    on_this_machine(server, 'secrets', 'set', 'credentials', 'token=s3cret')
    run, tasks = played(server, handing_on, tmp_path)
    workspace = run['run_id'] + '-kfp-workspace'
    assert tasks['hand-on'].parameters['Output'] == {
        # More than this machine has, but the step itself does not ask for it.
        'resources': {'requests': {'cpu': '4000'}, 'limits': {'memory': '2Gi'}},
        'tolerations': [{'key': 'gpu', 'operator': 'Exists', 'effect': 'NoSchedule'}],
        'node_selector': {'disk': 'ssd'}, 'affinity': None,
        'env': [{'name': 'COLOR', 'value': 'blue'},
                {'name': 'TOKEN', 'valueFrom': {
                    'secretKeyRef': {'name': 'credentials', 'key': 'token', 'optional': False}}}],
        'volumes': [{'name': 'on', 'persistentVolumeClaim': {'claimName': 'on'}},
                    {'name': 'kfp-workspace', 'persistentVolumeClaim': {'claimName': workspace}}],
        'volume_mounts': [{'name': 'on', 'mountPath': '/martlet-on'},
                          {'name': 'kfp-workspace', 'mountPath': '/kfp-workspace'}],
        'seen': 'blue', 'mounted': False}


def add_init_container(step, **container):
    """As the next kfp-kubernetes writes it."""
    step.platform_config.setdefault('kubernetes', {}).setdefault('initContainers', []).append(
        {'image': 'alpine:3', **container})


@dsl.container_component
def shell(script: str):
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-c', 'echo "main starts"; eval "$0"'], args=[script])


def with_containers(script, *containers):
    @dsl.pipeline(name='containers')
    def containers_pipeline():
        step = shell(script=script).set_caching_options(False)
        kubernetes.empty_dir_mount(step, volume_name='shared', mount_path='/martlet-shared')
        for container in containers:
            add_init_container(step, **container)

    return containers_pipeline


@dsl.component(base_image=IMAGE)
def how() -> str:
    """How its Python was started, see docs/warm-python.md."""
    return 'warm' if 'warm.py' in open('/proc/self/cmdline').read() else 'fresh'


@dsl.pipeline(name='beginnings')
def beginnings():
    how().set_caching_options(False)
    how().set_caching_options(False).set_env_variable('COLOR', 'red')
    kubernetes.empty_dir_mount(
        how().set_caching_options(False), volume_name='scratch', mount_path='/martlet-scratch')
    add_init_container(how().set_caching_options(False), name='first', command=['true'])


def test_a_component_with_volumes_or_containers_before_it_has_a_fresh_python(server, tmp_path):
    _, tasks = played(server, beginnings, tmp_path)
    told = {path: task.parameters['Output'] for path, task in tasks.items() if path != 'root'}
    assert told == {'how': 'warm', 'how-2': 'warm', 'how-3': 'fresh', 'how-4': 'fresh'}


SHARED = [{'volumeName': 'shared', 'mountPath': '/martlet-given'}]


def test_init_containers_run_first_in_order_and_share_the_volumes(server, tmp_path):
    run, tasks = played(server, with_containers(
        'cat /martlet-shared/note; test ! -e /martlet-given',
        {'name': 'fetch', 'command': ['sh', '-c', 'echo "$WHAT" > /martlet-given/note; echo fetched'],
         'env': [{'name': 'WHAT', 'value': 'made by fetch'}], 'volumeMounts': SHARED},
        {'name': 'check', 'command': ['sh', '-c', 'grep -q fetch /martlet-given/note && echo checked'],
         'volumeMounts': SHARED}), tmp_path)
    assert server.task_log(run['run_id'], 'shell').splitlines() == [
        '=== init container fetch ===', 'fetched', '=== init container check ===', 'checked',
        '=== main ===', 'main starts', 'made by fetch']


def test_a_failing_init_container_is_named_and_nothing_after_it_runs(server, tmp_path):
    run, tasks = played(server, with_containers(
        'echo never', {'name': 'fetch', 'command': ['sh', '-c', 'echo no such thing; exit 7']},
        {'name': 'late', 'command': ['true']}), tmp_path, 'FAILED')
    reason = tasks['shell'].reason
    assert (reason['code'], reason['details']) == ('INIT_CONTAINER_FAILED', {'container': 'fetch', 'exit_code': 7})
    assert "'fetch' ended with exit status 7: no such thing" in reason['message']
    log = server.task_log(run['run_id'], 'shell')
    assert 'main starts' not in log and 'late' not in log


def test_a_program_that_an_init_container_lacks_is_named(server, tmp_path):
    _, tasks = played(server, with_containers(
        'true', {'name': 'fetch', 'command': ['martlet-no-such-program']}), tmp_path, 'FAILED')
    message = tasks['shell'].reason['message']
    assert "'fetch' was not started" in message and "'martlet-no-such-program' was not found" in message


def test_a_sidecar_runs_beside_the_step_is_started_again_and_ends_with_it(server, tmp_path):
    beat = tmp_path / 'beat'
    _, tasks = played(server, with_containers(
        'while [ ! -e /martlet-shared/ready ]; do sleep 0.05; done; echo met',
        {'name': 'beside', 'restartPolicy': 'Always', 'volumeMounts': SHARED, 'command': [
            'sh', '-c', f'echo $$ >> {beat}; [ $(wc -l < {beat}) = 1 ] && exit 1; '
                        'touch /martlet-given/ready; exec sleep 600']}), tmp_path)
    first, second = beat.read_text().split()
    for pid in (first, second):
        assert not os.path.exists(f'/proc/{pid}')


def test_init_containers_outlive_the_server_and_are_not_run_again(own_server, tmp_path):
    own_server.start()
    gate, count = tmp_path / 'gate', tmp_path / 'count'
    pipeline = with_containers(
        'echo done', {'name': 'wait', 'command': [
            'sh', '-c', f'echo run >> {count}; while [ ! -e {gate} ]; do sleep 0.05; done']})
    spec, platform = documents(pipeline, tmp_path)
    run = own_server.submit({'pipeline_spec': spec, 'platform_spec': platform}).json['run_id']
    eventually(count.exists)
    own_server.kill()
    own_server.start()
    gate.touch()
    own_server.expect(own_server.finished(run))
    assert count.read_text() == 'run\n'
    assert own_server.task_log(run, 'shell').endswith('=== main ===\nmain starts\ndone\n')


def test_a_run_is_stopped_also_while_an_init_container_runs(server, tmp_path):
    mark = tmp_path / 'mark'
    spec, platform = documents(with_containers(
        'true', {'name': 'wait', 'command': ['sh', '-c', f'echo $$ > {mark}; exec sleep 600']}), tmp_path)
    run = server.submit({'pipeline_spec': spec, 'platform_spec': platform}).json['run_id']
    pid = eventually(lambda: mark.exists() and mark.read_text().strip())
    assert server.request('POST', f'/apis/v2beta1/runs/{run}:terminate').status == 200
    server.expect(server.finished(run), 'FAILED')
    eventually(lambda: not os.path.exists(f'/proc/{pid}'))


# Artifacts in the workspace

@dsl.component(base_image=IMAGE)
def change(data: dsl.Input[dsl.Dataset]) -> list:
    import os
    name = data.path if os.path.isfile(data.path) else data.path + '/part'
    with open(name, 'a') as file:
        file.write(' and more')
    with open(name) as file:
        return [data.path, file.read()]


@dsl.container_component
def show(data: dsl.Input[dsl.Dataset]):
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-c', 'find "$0" -type f | xargs cat'], args=[data.path])


@dsl.pipeline(
    name='importing-to-workspace', pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def importing_to_workspace(uri: str):
    data = dsl.importer(
        artifact_uri=uri, artifact_class=dsl.Dataset, download_to_workspace=True).output
    changed = change(data=data)
    show(data=data).after(changed)


@pytest.mark.parametrize('kind', ['file', 'folder'])
def test_an_importer_copies_into_the_workspace_of_each_run(server, tmp_path, kind):
    data = tmp_path / 'data'
    if kind == 'folder':
        data.mkdir()
    original = data / 'part' if kind == 'folder' else data
    original.write_text('old')
    for _ in ('first', 'again'):
        run, tasks = played(server, importing_to_workspace, tmp_path, uri=str(data))
        assert tasks['change'].parameters['Output'] == ['/kfp-workspace/.artifacts' + str(data), 'old and more']
        assert server.task_log(run['run_id'], 'show') == 'old and more'
        # The next run has a workspace of its own, in which nothing of this one is to be found.
        assert {tasks[name].state for name in ('change', 'show')} == {'SUCCEEDED'}
        imported = tasks['importer'].artifacts['artifact']
        assert (imported.uri, imported.metadata) == (str(data), {})
    assert original.read_text() == 'old'


def test_what_cannot_be_copied_into_the_workspace_fails_with_the_reason(server, tmp_path):
    for uri, words in [(str(tmp_path / 'nothing'), 'nothing'), ('s3://bucket/key', 'of this machine')]:
        _, tasks = played(server, importing_to_workspace, tmp_path, 'FAILED', uri=uri)
        assert tasks['importer'].reason['code'] == 'IMPORT_FAILED' and words in tasks['importer'].reason['message']
