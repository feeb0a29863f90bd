"""The unmodified `kfp` command line: every verb that talks to a server, and those that need none."""

import json
import pathlib
import subprocess
import sys

import harness
import pytest
import yaml
from api import file, named, unique
from click.testing import CliRunner
from kfp.cli import cli

PIPELINE = '''
from kfp import dsl

@dsl.container_component
def double(number: int, doubled: dsl.OutputPath(int)):
    return dsl.ContainerSpec(image='alpine:3', command=[
        'sh', '-ec', 'mkdir -p "$(dirname "$1")"; expr 2 \\* "$0" > "$1"'], args=[number, doubled])

@dsl.pipeline(name='doubling')
def doubling(number: int = 4) -> int:
    return double(number=number).outputs['doubled']
'''
COMPONENT = '''
from kfp import dsl

@dsl.component(base_image='python:3.11', target_image='example/double')
def double(number: int) -> int:
    return 2 * number
'''


@pytest.fixture
def kfp(server):
    """Runs a `kfp` command as the program does, without starting Python anew; JSON answers are read."""
    def run(*arguments, output='json', answer=None, status=0):
        done = CliRunner().invoke(cli.cli, ['--endpoint', server.url, '--output', output, *arguments],
                                  obj={}, input=answer)
        assert done.exit_code == status, f'{arguments}: {done.output} {done.exception}'
        return read(done.stdout) if output == 'json' and status == 0 else done.output + str(done.exception or '')
    return run


def read(output):
    """The JSON in an answer, before which there may be lines with links; nothing if there is none."""
    lines = output.splitlines()
    start = next((number for number, line in enumerate(lines) if line[:1] in ('[', '{')), len(lines))
    return json.loads('\n'.join(lines[start:]) or 'null')


@pytest.fixture
def package():
    with file() as path:
        yield path


def test_experiment_verbs(kfp):
    name = unique('cli')
    made = kfp('experiment', 'create', '-d', 'what for', name)
    assert (made['display_name'], made['description']) == (name, 'what for')
    identity = made['experiment_id']
    assert kfp('experiment', 'get', identity)['experiment_id'] == identity
    listed = kfp('experiments', 'list', '-m', '5', '--sort-by', 'created_at desc', '--filter', named(name))
    assert [one['experiment_id'] for one in listed] == [identity]
    assert name in kfp('experiment', 'list', '--sort-by', 'created_at desc', output='table')
    kfp('experiment', 'archive', '--experiment-id', identity)
    assert kfp('experiment', 'get', identity)['storage_state'] == 'ARCHIVED'
    kfp('experiment', 'unarchive', '--experiment-name', name)
    assert kfp('experiment', 'get', identity)['storage_state'] == 'AVAILABLE'
    kfp('experiment', 'delete', identity, answer='y\n')
    assert 'not found' in kfp('experiment', 'get', identity, status=1)


def test_pipeline_verbs(kfp, package):
    name = unique('cli')
    made = kfp('pipeline', 'create', '-p', name, '-d', 'what for', package)
    identity = made['pipeline_id']
    assert kfp('pipeline', 'get', identity)['description'] == 'what for'
    listed = kfp('pipelines', 'list', '--filter', named(name), '--sort-by', 'name', '-m', '1')
    assert [one['pipeline_id'] for one in listed] == [identity]
    kfp('pipeline', 'create-version', '-v', 'two', '-p', identity, package)
    kfp('pipeline', 'create-version', '-v', 'three', '-n', name, '-d', 'newest', package)
    versions = kfp('pipeline', 'list-versions', identity, '--sort-by', 'created_at desc', '-m', '2')
    assert len(versions) == 2
    by_name = {one['display_name']: one for one in kfp('pipeline', 'list-versions', identity)}
    assert set(by_name) == {name, 'two', 'three'}
    version = by_name['three']['pipeline_version_id']
    assert kfp('pipeline', 'get-version', identity, version)['description'] == 'newest'
    assert 'three' in kfp('pipeline', 'get-version', identity, version, output='table')
    assert 'version' in kfp('pipeline', 'delete', identity, answer='y\n', status=1)
    for one in by_name.values():
        kfp('pipeline', 'delete-version', identity, one['pipeline_version_id'], answer='y\n')
    kfp('pipeline', 'delete', identity, answer='y\n')
    assert 'not found' in kfp('pipeline', 'get', identity, status=1)


def test_recurring_run_verbs(kfp, package):
    experiment, name = unique('cli'), unique('every hour')
    identity = kfp('experiment', 'create', experiment)['experiment_id']
    # Not before years from now, so that the schedule can be looked at in peace.
    made = kfp('recurring-run', 'create', '--experiment-name', experiment, '--job-name', name, '--description', 'what for',
               '--interval-second', '3600', '--start-time', '2100-01-01T00:00:00Z', '--max-concurrency', '2',
               '--pipeline-package-path', package, '--no-catchup', '--enabled')
    hourly = made['recurring_run_id']
    assert (made['display_name'], made['description'], made['experiment_id']) == (name, 'what for', identity)
    cron = kfp('recurring-run', 'create', '--experiment-id', identity, '--job-name', unique('nightly'), '--cron-expression',
               '0 0 3 * * *', '--start-time', '2100-01-01T00:00:00Z', '--pipeline-package-path', package, '--disabled')
    found = kfp('recurring-run', 'get', hourly)
    assert found['status'] == 'ENABLED' and found['no_catchup'] is True and found['max_concurrency'] == '2'
    # This verb, other than `run create`, sends all arguments as strings.
    assert 'expected a whole number' in kfp(
        'recurring-run', 'create', '--experiment-id', identity, '--interval-second', '60', '--job-name', unique('typed'),
        '--pipeline-package-path', package, 'number=7', status=1)
    assert kfp('recurring-run', 'get', cron['recurring_run_id'])['status'] == 'DISABLED'
    listed = kfp('recurring-run', 'list', '-e', identity, '-m', '5', '--sort-by', 'created_at desc')
    assert {one['recurring_run_id'] for one in listed} == {hourly, cron['recurring_run_id']}
    named_so = kfp('recurring-run', 'list', '--filter', named(name))
    assert [one['recurring_run_id'] for one in named_so] == [hourly]
    assert name in kfp('recurring-run', 'list', '-e', identity, output='table')
    kfp('recurring-run', 'disable', hourly)
    assert kfp('recurring-run', 'get', hourly)['status'] == 'DISABLED'
    kfp('recurring-run', 'enable', hourly)
    assert kfp('recurring-run', 'get', hourly)['status'] == 'ENABLED'
    for one in (hourly, cron['recurring_run_id']):
        kfp('recurring-run', 'delete', one, answer='y\n')
        assert 'not found' in kfp('recurring-run', 'get', one, status=1)


def test_run_verbs(kfp, server, package):
    experiment, name = unique('cli'), unique('run')
    kfp('experiment', 'create', experiment)
    made = kfp('run', 'create', '-e', experiment, '-r', name, '-f', package, 'number=5')
    assert server.finished(made['run_id'])['state'] == 'SUCCEEDED'
    assert server.tasks(made['run_id'])['root'].parameters == {'Output': 5}
    assert kfp('run', 'get', made['run_id'])['state'] == 'SUCCEEDED'
    assert name in kfp('run', 'get', made['run_id'], output='table')
    pipeline = kfp('pipeline', 'create', '-p', unique('cli'), package)
    version, = kfp('pipeline', 'list-versions', pipeline['pipeline_id'])
    again = kfp('run', 'create', '-e', experiment, '-r', name, '-p', pipeline['pipeline_id'],
                '-v', version['pipeline_version_id'], 'number=6')
    listed = kfp('runs', 'list', '-e', made['experiment_id'], '-m', '5', '--sort-by', 'created_at desc',
                 '--filter', named(name))
    assert [one['run_id'] for one in listed] == [again['run_id'], made['run_id']]
    kfp('run', 'archive', made['run_id'])
    assert kfp('run', 'get', made['run_id'])['storage_state'] == 'ARCHIVED'
    kfp('run', 'unarchive', made['run_id'])
    assert kfp('run', 'get', made['run_id'])['storage_state'] == 'AVAILABLE'
    kfp('run', 'delete', made['run_id'], answer='y\n')
    assert 'not found' in kfp('run', 'get', made['run_id'], status=1)


def test_a_pipeline_compiled_by_the_program_runs(server, tmp_path):
    source, package = tmp_path / 'doubling.py', tmp_path / 'doubling.yaml'
    source.write_text(PIPELINE)

    def kfp(*arguments):
        return subprocess.run([str(pathlib.Path(sys.executable).with_name('kfp')), '--endpoint', server.url, *arguments],
                              capture_output=True, text=True, timeout=120, env=harness.ENVIRONMENT)

    done = kfp('dsl', 'compile', '--py', str(source), '--output', str(package), '--function', 'doubling',
               '--pipeline-parameters', '{"number": 21}')
    assert done.returncode == 0, done.stderr
    assert next(yaml.safe_load_all(package.read_text()))['pipelineInfo']['name'] == 'doubling'
    done = kfp('--output', 'json', 'run', 'create', '-e', unique('cli'), '-f', str(package))
    assert done.returncode == 0, done.stderr
    run_id = read(done.stdout)['run_id']
    assert server.finished(run_id)['state'] == 'SUCCEEDED', server.story(run_id)
    assert server.tasks(run_id)['root'].parameters == {'Output': 42}


def test_a_component_is_built_up_to_its_image(server, tmp_path):
    (tmp_path / 'parts.py').write_text(COMPONENT)
    done = CliRunner().invoke(cli.cli, ['--endpoint', server.url, 'component', 'build', str(tmp_path),
                                        '--no-build-image', '--no-push-image'], obj={})
    # Without Docker's own library the SDK stops here, before anything of ours is asked.
    assert done.exit_code == 0 or 'docker' in (done.output + repr(done.exception)).lower(), done.output


def test_the_diagnosis_asks_nothing_of_the_server(server, monkeypatch):
    # It looks for Google's and Kubernetes' programs; where they are, it asks a network for half a minute.
    monkeypatch.setenv('PATH', '')
    done = CliRunner().invoke(cli.cli, ['--endpoint', server.url, 'diagnose-me'], obj={})
    assert 'kubectl' in repr(done.exception), done.output
