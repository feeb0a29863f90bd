"""Recurring runs through the real SDK and the real `kfp` command, with schedules that really fire."""

import calendar
import json
import pathlib
import subprocess
import sys
import time
import urllib.parse
import uuid

import harness
import kfp_server_api
import pytest
from harness import API, compiled, eventually
from kfp import compiler, dsl
from pipelines import append


@dsl.pipeline(name='one-line')
def one_line(line: str, path: str):
    append(line=line, path=path)


def unique(text):
    return f'{text} {uuid.uuid4().hex[:8]}'


@pytest.fixture
def package(tmp_path):
    path = str(tmp_path / 'one-line.yaml')
    compiler.Compiler().compile(one_line, path)
    return path


@pytest.fixture
def experiment(client):
    return client.create_experiment(unique('recurring')).experiment_id


def runs_of(server, recurring_run_id):
    """The runs that a recurring run has started, by the time they were meant for."""
    query = urllib.parse.quote(json.dumps({'predicates': [
        {'operation': 'EQUALS', 'key': 'recurring_run_id', 'stringValue': recurring_run_id}]}))
    return server.get(f'/runs?page_size=200&sort_by=scheduled_at&filter={query}').get('runs', [])


def test_a_schedule_fires_every_second_with_its_macros(client, server, experiment, package, side_effects):
    made = client.create_recurring_run(
        experiment, 'ticks', cron_expression='* * * * * *', max_concurrency=3, no_catchup=True,
        pipeline_package_path=package,
        params={'line': '[[Index]] [[ScheduledTime.2006-01-02T15:04:05Z]]', 'path': str(side_effects)})
    assert made.status == 'ENABLED' and made.mode == 'ENABLE'
    assert made.max_concurrency == '3' and made.no_catchup is True
    assert made.trigger.cron_schedule.cron == '* * * * * *'
    eventually(lambda: len(side_effects.read_text().splitlines()) >= 3, 60, what='three firings')
    client.disable_recurring_run(made.recurring_run_id)
    assert client.get_recurring_run(made.recurring_run_id).status == 'DISABLED'
    runs = [server.expect(server.finished(run['run_id'])) for run in runs_of(server, made.recurring_run_id)]
    # Every line is the index and the time of its run, and no firing has two of them.
    assert sorted(side_effects.read_text().splitlines()) == sorted(
        f'{number} {run["scheduled_at"]}' for number, run in enumerate(runs, 1))
    assert [run['display_name'] for run in runs] == [f'ticks-{number}' for number in range(1, len(runs) + 1)]
    assert len({run['scheduled_at'] for run in runs}) == len(runs)
    assert {run['experiment_id'] for run in runs} == {experiment}
    time.sleep(1.5)
    assert len(runs_of(server, made.recurring_run_id)) == len(runs), 'a disabled schedule fired'
    client.delete_recurring_run(made.recurring_run_id)
    assert len(runs_of(server, made.recurring_run_id)) == len(runs), 'its runs are gone with it'
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.get_recurring_run(made.recurring_run_id)
    assert error.value.status == 404


def test_schedules_are_listed_enabled_and_keep_what_they_were_given(client, experiment, package):
    arguments = {'pipeline_package_path': package, 'params': {'line': 'x', 'path': '/dev/null'}}
    first = client.create_recurring_run(
        experiment, 'first', description='why', cron_expression='0 0 9 * * *', enabled=False,
        start_time='2030-01-01T00:00:00Z', end_time='2031-01-01T00:00:00Z', service_account='robot', **arguments)
    second = client.create_recurring_run(experiment, 'second', interval_second=86400, **arguments)
    assert first.status == 'DISABLED'
    assert first.service_account == 'robot' and first.description == 'why'
    assert first.trigger.cron_schedule.start_time.isoformat() == '2030-01-01T00:00:00+00:00'
    assert second.trigger.periodic_schedule.interval_second == '86400'
    assert second.runtime_config.parameters == {'line': 'x', 'path': '/dev/null'}
    page = client.list_recurring_runs(experiment_id=experiment, sort_by='display_name desc', page_size=1)
    assert [row.display_name for row in page.recurring_runs] == ['second'] and page.total_size == 2
    page = client.list_recurring_runs(
        experiment_id=experiment, sort_by='display_name desc', page_size=1, page_token=page.next_page_token)
    assert [row.display_name for row in page.recurring_runs] == ['first'] and not page.next_page_token
    client.enable_recurring_run(first.recurring_run_id)
    assert client.get_recurring_run(first.recurring_run_id).status == 'ENABLED'
    client.archive_experiment(experiment)
    assert {row.status for row in client.list_recurring_runs(experiment_id=experiment).recurring_runs} == {'DISABLED'}


def test_a_schedule_of_a_pipeline_follows_its_newest_version(client, server, experiment, package):
    pipeline = client.upload_pipeline(package, unique('followed'))
    first = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions[0]
    made = client.create_recurring_run(
        experiment, 'follower', interval_second=1, pipeline_id=pipeline.pipeline_id,
        version_id=first.pipeline_version_id, max_concurrency=10, params={'line': 'x', 'path': '/dev/null'})
    # The SDK cannot leave the version out; an edit can.
    answer = server.request('PATCH', f'{API}/recurringruns/{made.recurring_run_id}',
                            {'pipeline_version_reference': {'pipeline_id': pipeline.pipeline_id}})
    assert answer.status == 200, answer
    assert answer.json['pipeline_version_reference'] == {'pipeline_id': pipeline.pipeline_id}
    eventually(lambda: runs_of(server, made.recurring_run_id), 30, what='a firing')
    newer = client.upload_pipeline_version(package, unique('v'), pipeline_id=pipeline.pipeline_id)

    def versions():
        return {run['pipeline_version_reference']['pipeline_version_id']
                for run in runs_of(server, made.recurring_run_id)}
    eventually(lambda: newer.pipeline_version_id in versions(), 30, what='a firing of the newer version')
    assert len(versions()) == 2
    client.delete_recurring_run(made.recurring_run_id)


@pytest.mark.parametrize('spoilt', [
    {'cron_expression': 'every day'}, {'cron_expression': '0 0 9 * * * *'}, {'interval_second': -5},
    {'cron_expression': '@daily', 'max_concurrency': 11}, {'cron_expression': '0 0 0 30 2 *'},
])
def test_what_makes_no_sense_is_refused(client, experiment, package, spoilt):
    with pytest.raises(kfp_server_api.ApiException) as error:
        client.create_recurring_run(experiment, 'x', pipeline_package_path=package,
                                    params={'line': 'x', 'path': '/dev/null'}, **spoilt)
    assert error.value.status == 400
    assert 'recurring_run' in error.value.body


def test_the_kfp_command_creates_shows_and_deletes(server, package):
    def kfp(*words, answer=None):
        done = subprocess.run(
            [str(pathlib.Path(sys.executable).parent / 'kfp'), '--endpoint', server.url, '--output', 'json', *words],
            capture_output=True, text=True, timeout=120, input=answer or '',
            env={**harness.ENVIRONMENT, 'HOME': harness.SDK_HOME})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    made = kfp(
        'recurring-run', 'create', '--job-name', 'by hand', '--experiment-name', unique('command'), '--cron-expression',
        '0 0 9 * * *', '--enabled', '--catchup', '--pipeline-package-path', package, 'line=x', 'path=/dev/null')
    # A line about the experiment comes before.
    identity = json.loads(made[made.index('{'):])['recurring_run_id']
    assert identity in kfp('recurring-run', 'list')
    assert identity in kfp('recurring-run', 'get', identity)
    kfp('recurring-run', 'disable', identity)
    assert server.get(f'/recurringruns/{identity}')['status'] == 'DISABLED'
    kfp('recurring-run', 'enable', identity)
    assert server.get(f'/recurringruns/{identity}')['status'] == 'ENABLED'
    kfp('recurring-run', 'delete', identity, answer='y\n')
    assert server.request('GET', f'{API}/recurringruns/{identity}').status == 404


def test_killed_servers_neither_lose_nor_repeat_a_firing(own_server, side_effects):
    own_server.start()
    answer = own_server.request('POST', f'{API}/recurringruns', {
        'display_name': 'steady', 'mode': 'ENABLE', 'max_concurrency': '10',
        'trigger': {'periodic_schedule': {'interval_second': '1'}}, 'pipeline_spec': compiled(one_line),
        'runtime_config': {'parameters': {'line': '[[ScheduledTime]]', 'path': str(side_effects)}}})
    assert answer.status == 200, answer
    identity = answer.json['recurring_run_id']
    for _ in range(3):
        before = len(runs_of(own_server, identity))
        eventually(lambda: len(runs_of(own_server, identity)) >= before + 2, 30, what='two more firings')
        own_server.kill()
        time.sleep(1.2)
        own_server.start()
    assert own_server.request('POST', f'{API}/recurringruns/{identity}:disable').status == 200
    runs = runs_of(own_server, identity)
    for run in runs:
        own_server.expect(own_server.finished(run['run_id']))
    # Without a gap from the first to the last, and each one's step ran once.
    seconds = [time.strptime(run['scheduled_at'], '%Y-%m-%dT%H:%M:%SZ') for run in runs]
    stamps = [calendar.timegm(second) for second in seconds]
    assert stamps == list(range(stamps[0], stamps[0] + len(stamps)))
    assert sorted(side_effects.read_text().split()) == [time.strftime('%Y%m%d%H%M%S', second) for second in seconds]


def test_the_martlet_command_goes_through_a_schedule_s_life(server, package):
    def martlet(*words, status=0):
        done = harness.command('recurring', *words, environment={'MARTLET_ENDPOINT': server.url})
        assert done.returncode == status, done.stdout + done.stderr
        return done

    name = unique('nightly').replace(' ', '-')
    made = martlet('create', package, '--cron', '0 9 * * *', '--time-zone', 'Europe/Berlin', '--name', name,
                   '-p', 'line=x', '-p', 'path=/dev/null')
    assert 'write "0 0 9 * * *"' in made.stderr
    assert 'every' in martlet('edit', name, '--every', '6h').stdout
    edited = json.loads(martlet('get', name, '-o', 'json').stdout)
    assert edited['trigger'] == {'periodic_schedule': {'interval_second': '21600'}}
    assert edited['runtime_config'] == {'parameters': {'line': 'x', 'path': '/dev/null'}}
    assert len(martlet('preview', name, '-n', '3').stdout.splitlines()) == 4
    preview = martlet('preview', '--cron', '0 30 2 * * *', '--time-zone', 'Europe/Berlin', '-o', 'json')
    assert len(json.loads(preview.stdout)['firings']) == 5
    martlet('disable', name)
    assert 'disabled' in martlet('list').stdout
    martlet('enable', name)
    martlet('delete', name)
    assert 'martlet recurring list' in martlet('get', name, status=2).stderr
