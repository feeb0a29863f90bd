"""The command line for pipelines, versions, experiments, contexts and compiling: every verb on the real program."""

import json
import shutil
import subprocess
import uuid

import harness
import pytest
import yaml
from harness import PROJECT
from kfp import compiler
from pipelines import one_answer, one_script

ADDITION = PROJECT / 'examples' / 'addition.py'
WITH_SDK = {'VIRTUAL_ENV': str(PROJECT / '.venv')}


@pytest.fixture(scope='module')
def answer_file(tmp_path_factory):
    path = str(tmp_path_factory.mktemp('compiled') / 'one-answer.yaml')
    compiler.Compiler().compile(one_answer, path)
    return path


@pytest.fixture
def martlet(server, tmp_path):
    """Runs a command on the shared server with settings of its own."""
    settings = {'MARTLET_ENDPOINT': server.url, 'MARTLET_CONFIG': str(tmp_path / 'settings' / 'config.yaml')}

    def run(*arguments, expect=0, **environment):
        done = harness.command(*arguments, environment={**settings, **environment})
        assert done.returncode == expect, done
        return done if expect else done.stdout

    return run


def unique(name):
    return f'{name} {uuid.uuid4().hex[:8]}'


def created(text):
    return text.split()[1]


def test_a_pipeline_is_uploaded_listed_shown_run_and_deleted(server, martlet, answer_file):
    name = unique('uploaded')
    pipeline = created(martlet('pipelines', 'create', answer_file, '--name', name, '--description', 'one answer',
                               '--tag', 'team=vision'))
    assert server.get(f'/pipelines/{pipeline}')['tags'] == {'team': 'vision'}

    listed = martlet('pipelines', 'list', '--name', name[:-2])
    assert pipeline in listed and name in listed and len(listed.splitlines()) == 2
    assert [row['pipeline_id'] for row in json.loads(martlet('pipelines', 'list', '-o', 'json', '--name', name))] \
        == [pipeline]

    shown = martlet('pipelines', 'get', name)
    assert 'one answer' in shown and 'team=vision' in shown and 'VERSION' in shown
    assert yaml.safe_load(martlet('pipelines', 'get', pipeline[:9], '-o', 'yaml'))['name'] == name

    done = martlet('run', '--pipeline', name, '-p', 'number=7', '--wait')
    assert 'succeeded' in done and len([line for line in done.splitlines() if 'answer' in line]) <= 2

    refused = martlet('pipelines', 'delete', name, expect=2)
    assert 'cascade' in refused.stderr
    assert server.get(f'/pipelines/{pipeline}')
    assert pipeline in martlet('pipelines', 'delete', name, '--cascade')
    assert 'martlet pipelines list' in martlet('pipelines', 'get', pipeline, expect=2).stderr


def test_the_same_name_twice_is_refused_and_says_what_to_do(martlet, answer_file):
    name = unique('twice')
    martlet('pipelines', 'upload', answer_file, '--name', name)
    refused = martlet('pipelines', 'create', answer_file, '--name', name, expect=2)
    assert name in refused.stderr and len(refused.stderr.splitlines()) == 1


def test_a_version_is_uploaded_listed_shown_run_and_deleted(server, martlet, answer_file):
    name = unique('with versions')
    pipeline = created(martlet('pipelines', 'create', answer_file, '--name', name))
    version = created(martlet('versions', 'create', name, str(ADDITION), '--name', 'adds', **WITH_SDK))

    assert [row['name'] for row in json.loads(martlet('versions', 'list', name, '-o', 'json'))] == ['adds', name]
    assert version in martlet('versions', 'list', name, '--name', 'add')
    shown = martlet('versions', 'get', name)
    assert version in shown and 'a (NUMBER_DOUBLE' in shown
    spec = json.loads(martlet('versions', 'get', name, 'adds', '-o', 'json'))['pipeline_spec']
    assert spec['root']['inputDefinitions']['parameters'].keys() == {'a', 'b', 'c'}

    run = json.loads(martlet('run', '--pipeline', name, '--pipeline-version', name, '-p', 'number=1', '-o', 'json'))
    assert run['pipeline_version_reference']['pipeline_version_id'] != version
    assert martlet('run', '--pipeline', name, '-p', 'number=1', expect=2).stderr.count('number') >= 1

    assert version in martlet('versions', 'delete', name, 'adds')
    assert len(server.get(f'/pipelines/{pipeline}/versions')['pipeline_versions']) == 1
    martlet('versions', 'get', name, version, expect=2)


def test_an_experiment_is_created_listed_shown_put_away_brought_back_and_deleted(server, martlet):
    name = unique('nightly')
    experiment = created(martlet('experiments', 'create', name, '--description', 'what runs at night'))
    assert server.get(f'/experiments/{experiment}')['description'] == 'what runs at night'
    assert 'what runs at night' in martlet('experiments', 'get', name)
    assert json.loads(martlet('experiments', 'get', experiment[:9], '-o', 'json'))['experiment_id'] == experiment

    assert experiment in martlet('experiments', 'list', '--name', name)
    martlet('experiments', 'archive', name)
    assert experiment not in martlet('experiments', 'list', '--name', name)
    assert experiment in martlet('experiments', 'list', '--name', name, '--archived')
    assert 'archived' in martlet('experiments', 'get', name)
    martlet('experiments', 'unarchive', name)
    assert experiment in martlet('experiments', 'list', '--name', name)

    martlet('experiments', 'delete', name)
    martlet('experiments', 'get', experiment, expect=2)


def test_runs_of_an_experiment_are_listed_by_any_of_its_names(martlet, answer_file):
    name = unique('grouped')
    run = martlet('run', answer_file, '--experiment', name, '-p', 'number=1', '-o', 'json')
    experiment = json.loads(run)['experiment_id']
    for word in (name, experiment, experiment[:10]):
        assert json.loads(run)['run_id'] in martlet('runs', 'list', '--experiment', word)
    assert 'martlet experiments list' in martlet('runs', 'list', '--experiment', 'nowhere', expect=2).stderr


def test_wait_is_silent_until_the_end_and_ends_as_the_run(martlet, tmp_path, answer_file):
    run = json.loads(martlet('run', answer_file, '-p', 'number=1', '--wait', '-o', 'json'))
    assert run['state'] == 'SUCCEEDED'
    assert json.loads(martlet('runs', 'get', run['run_id'], '--wait', '-o', 'json'))['state'] == 'SUCCEEDED'
    script_file = str(tmp_path / 'one-script.yaml')
    compiler.Compiler().compile(one_script, script_file)
    done = martlet('run', script_file, '-p', 'script=exit 3', '-w', expect=1)
    assert done.stderr == '' and 'failed' in done.stdout


def test_compile_writes_what_the_sdk_compiles(martlet, tmp_path):
    source = shutil.copy(ADDITION, tmp_path / 'addition.py')
    assert str(tmp_path / 'addition.yaml') in martlet('compile', source, **WITH_SDK)
    compiled = yaml.safe_load((tmp_path / 'addition.yaml').read_text())
    assert yaml.safe_load(martlet('compile', source, '-', **WITH_SDK)) == compiled
    assert compiled['root']['inputDefinitions']['parameters'].keys() == {'a', 'b', 'c'}
    martlet('compile', source, str(tmp_path / 'other.yaml'), **WITH_SDK)
    assert (tmp_path / 'other.yaml').exists()
    broken = tmp_path / 'broken.py'
    broken.write_text('import nowhere_to_be_found')
    assert 'nowhere_to_be_found' in martlet('compile', str(broken), expect=2, **WITH_SDK).stderr


def test_contexts_are_set_used_listed_and_deleted(server, martlet, tmp_path):
    here = {'MARTLET_ENDPOINT': ''}
    martlet('context', 'set', 'nowhere', '--endpoint', '127.0.0.1:9')
    assert '127.0.0.1:9' in martlet('experiments', 'list', expect=3, **here).stderr
    martlet('context', 'set', 'lab', '--endpoint', server.url + '/')
    martlet('experiments', 'list', '--context', 'lab', **here)
    martlet('experiments', 'list', '--context', 'nowhere', expect=3)
    martlet('context', 'use', 'lab')
    martlet('experiments', 'list', **here)
    assert [line.split()[0] for line in martlet('context', 'list').splitlines()[1:]] == ['*', 'nowhere']
    assert yaml.safe_load(martlet('context', 'list', '-o', 'yaml'))['current'] == 'lab'
    martlet('context', 'delete', 'lab')
    assert 'nowhere' in martlet('context', 'use', 'lab', expect=2).stderr
    martlet('context', 'set', 'odd', '--endpoint', 'http://', expect=2)

    settings = tmp_path / 'settings' / 'config.yaml'
    assert settings.stat().st_mode & 0o077 == 0
    settings.write_text('contexts: [')
    assert str(settings) in martlet('experiments', 'list', expect=2, **here).stderr
    # Who says where the server is needs no file.
    martlet('experiments', 'list')


def test_the_completion_of_bash_completes_commands_and_options(martlet, tmp_path):
    script = tmp_path / 'martlet.bash'
    script.write_text(martlet('--generate-completion-script', 'bash'))
    words = 'COMP_WORDS=(martlet pipelines cr); COMP_CWORD=2; COMP_LINE="martlet pipelines cr"; COMP_POINT=20'
    done = subprocess.run(
        ['bash', '-c', f'source "$0"; {words}; _martlet martlet cr pipelines; echo "${{COMPREPLY[@]}}"', script],
        capture_output=True, text=True, timeout=30)
    assert done.stdout.split() == ['create'], done
    for shell in ('zsh', 'fish'):
        assert 'martlet' in martlet('--generate-completion-script', shell)
