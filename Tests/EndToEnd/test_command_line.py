"""The command line: exit statuses that scripts can use and output that both people and programs read."""

import json

import harness
import pytest
import yaml
from harness import PROJECT
from kfp import compiler
from pipelines import one_answer, one_script

ADDITION = str(PROJECT / 'examples' / 'addition.py')
# Where `martlet run FILE.py` finds the SDK's compiler.
WITH_SDK = {'VIRTUAL_ENV': str(PROJECT / '.venv')}


@pytest.fixture
def answer_file(tmp_path):
    path = str(tmp_path / 'one-answer.yaml')
    compiler.Compiler().compile(one_answer, path)
    return path


@pytest.fixture
def script_file(tmp_path):
    path = str(tmp_path / 'one-script.yaml')
    compiler.Compiler().compile(one_script, path)
    return path


def martlet(server, *arguments, **options):
    return harness.command(*arguments, '--endpoint', server.url, **options)


def newest_run(server):
    return server.get('/runs?page_size=1&sort_by=created_at%20desc')['runs'][0]['run_id']


def test_run_compiles_a_python_file_follows_it_and_shows_its_outputs(server):
    done = martlet(server, 'run', ADDITION, '-p', 'a=1', '-p', 'b=2', '-p', 'c=10', '--follow',
                   environment=WITH_SDK, timeout=180)
    assert done.returncode == 0, done
    assert '13' in done.stdout
    assert 'add-2' in done.stdout


def test_run_of_a_failing_pipeline_exits_1_and_says_why(server, script_file):
    done = martlet(server, 'run', script_file, '-p', 'script=echo the last words >&2; exit 3', '--follow')
    assert done.returncode == 1, done
    assert 'the last words' in done.stdout + done.stderr


@pytest.mark.parametrize('arguments, words', [
    (['-p', 'number=many'], ['number']),
    (['-p', 'nummer=1'], ['nummer', 'number']),
    (['-p', 'number'], ['number']),
])
def test_run_with_wrong_parameters_exits_2(server, answer_file, arguments, words):
    done = martlet(server, 'run', answer_file, *arguments)
    assert done.returncode == 2, done
    for word in words:
        assert word in done.stderr


def test_run_of_a_file_that_is_not_there_exits_2(server):
    done = martlet(server, 'run', '/nowhere/pipeline.yaml')
    assert done.returncode == 2, done
    assert '/nowhere/pipeline.yaml' in done.stderr


def test_no_server_exits_3_and_says_what_to_do(answer_file):
    for arguments in (['run', answer_file], ['runs', 'list']):
        done = harness.command(*arguments, '--endpoint', 'http://127.0.0.1:9')
        assert done.returncode == 3, done
        assert 'martlet serve' in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_runs_are_listed_shown_and_deleted(server, answer_file):
    assert martlet(server, 'run', answer_file, '--name', 'to be listed', '--follow').returncode == 0
    run_id = newest_run(server)

    listed = martlet(server, 'runs', 'list')
    assert listed.returncode == 0, listed
    assert 'to be listed' in listed.stdout

    as_json = json.loads(martlet(server, 'runs', 'list', '-o', 'json').stdout)
    assert run_id in json.dumps(as_json)
    as_yaml = yaml.safe_load(martlet(server, 'runs', 'get', run_id, '-o', 'yaml').stdout)
    assert 'to be listed' in json.dumps(as_yaml)
    shown = martlet(server, 'runs', 'get', run_id[:8])
    assert shown.returncode == 0 and 'answer' in shown.stdout, shown

    assert martlet(server, 'runs', 'delete', run_id).returncode == 0
    assert martlet(server, 'runs', 'get', run_id).returncode != 0


def test_logs_are_printed(server, script_file):
    assert martlet(server, 'run', script_file, '-p', 'script=echo spoken', '--follow').returncode == 0
    run_id = newest_run(server)
    one = martlet(server, 'runs', 'logs', run_id, 'sh')
    assert (one.returncode, one.stdout) == (0, 'spoken\n'), one
    every = martlet(server, 'runs', 'logs', run_id)
    assert 'sh' in every.stdout and 'spoken' in every.stdout, every


def test_logs_of_attempts_are_printed_by_their_numbers_from_1(server, script_file, tmp_path):
    script = f'echo x >> {tmp_path}/tries; echo try $(wc -l < {tmp_path}/tries); [ -e {tmp_path}/works ]'
    assert martlet(server, 'run', script_file, '-p', f'script={script}', '--wait').returncode == 1
    run_id = newest_run(server)
    (tmp_path / 'works').touch()
    again = martlet(server, 'runs', 'retry', run_id, '--wait')
    assert again.returncode == 0, again
    for words, log in [(['--attempt', '1'], 'try 1\n'), (['--attempt', '2'], 'try 2\n'), ([], 'try 2\n')]:
        assert martlet(server, 'runs', 'logs', run_id, 'sh', *words).stdout == log
    missing = martlet(server, 'runs', 'logs', run_id, 'sh', '--attempt', '3')
    assert missing.returncode != 0 and 'has no attempt 3; it has 2' in missing.stderr, missing


def test_a_run_is_terminated(server, script_file):
    assert martlet(server, 'run', script_file, '-p', 'script=sleep 600').returncode == 0
    run_id = newest_run(server)
    assert martlet(server, 'runs', 'terminate', run_id).returncode == 0
    assert server.finished(run_id, 30)['state'] in ('CANCELED', 'FAILED')


def test_the_version_is_one_line(server):
    done = harness.command('version')
    assert done.returncode == 0
    assert len(done.stdout.strip().splitlines()) == 1


def test_help_reads_like_documentation():
    for arguments in (['--help'], ['serve', '--help'], ['run', '--help'], ['runs', '--help']):
        done = harness.command(*arguments)
        assert done.returncode == 0, done
        assert 'USAGE' in done.stdout
