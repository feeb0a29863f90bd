"""Runs that go on after a failure, and runs that repeat a part of an earlier one."""

import json
import time

import kfp_server_api
import pytest
from harness import command, compiled
from kfp import dsl
from pipelines import answer, append, one_script, sh


@dsl.container_component
def succeed_if(marker: str, trace: str, line: str):
    """Fails until a file is there; leaves a trace of each try."""
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'echo "$2" >> "$1"; echo "try"; test -e "$0"'],
        args=[marker, trace, line])


@dsl.container_component
def look_at(number: int, trace: str):
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec', 'echo "number $0" >> "$1"'], args=[number, trace])


@dsl.container_component
def note_status(status: dsl.PipelineTaskFinalStatus, trace: str):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'echo "$0" | grep -o "FAILED\\|SUCCEEDED" | head -1 >> "$1"'],
        args=[status, trace])


@dsl.pipeline(name='goes-on')
def goes_on(marker: str, trace: str):
    """One step before, one that fails, one after, one beside; in a group with an exit task."""
    with dsl.ExitHandler(note_status(trace=trace).set_caching_options(False)):
        first = answer(number=7).set_caching_options(False)
        shaky = succeed_if(marker=marker, trace=trace, line='shaky').after(first).set_caching_options(False)
        look_at(number=first.outputs['result'], trace=trace).after(shaky).set_caching_options(False)
        append(line='beside', path=trace).set_caching_options(False)


@dsl.pipeline(name='loop-goes-on')
def loop_goes_on(marker: str, trace: str):
    with dsl.ParallelFor(['a', 'b', 'c', 'd'], parallelism=1) as item:
        begun = append(line=item, path=trace).set_caching_options(False)
        with dsl.If(item == 'c'):
            succeed_if(marker=marker, trace=trace, line='shaky').after(begun).set_caching_options(False)


def test_a_retried_run_goes_on_where_it_failed(server, client, tmp_path):
    marker, trace = tmp_path / 'marker', tmp_path / 'trace'
    run = server.run(goes_on, marker=str(marker), trace=str(trace))
    server.expect(run, 'FAILED')
    assert sorted(trace.read_text().split()) == ['FAILED', 'beside', 'shaky']
    before = server.tasks(run['run_id'])

    marker.touch()
    client._run_api.run_service_retry_run(run_id=run['run_id'])
    result = client.wait_for_run_completion(run['run_id'], timeout=60, sleep_duration=0.1)
    assert result.state == 'SUCCEEDED'
    assert result.error is None
    # What succeeded did not run again; the exit task did, to hear of the new outcome.
    assert sorted(trace.read_text().split('\n')) == sorted(
        ['', 'FAILED', 'beside', 'shaky', 'shaky', 'number 7', 'SUCCEEDED'])
    assert [entry.state for entry in result.state_history] == [
        'PENDING', 'RUNNING', 'FAILED', 'PENDING', 'RUNNING', 'SUCCEEDED']

    after = server.tasks(run['run_id'])
    assert before.keys() == after.keys()
    shaky = 'exit-handler-1.succeed-if'
    assert [attempt['state'] for attempt in after[shaky].attempts] == ['FAILED', 'SUCCEEDED']
    for attempt in (0, 1):
        assert server.task_log(run['run_id'], shaky, attempt=attempt).strip() == 'try'
    assert len(after['exit-handler-1.answer'].attempts) == 1
    looked = after['exit-handler-1.look-at']
    assert looked.state == 'SUCCEEDED' and len(looked.attempts) == 1


def test_a_retry_survives_a_crash_of_the_server(own_server, tmp_path):
    marker, trace = tmp_path / 'marker', tmp_path / 'trace'
    own_server.start()
    run = own_server.run(goes_on, marker=str(marker), trace=str(trace))
    own_server.expect(run, 'FAILED')
    marker.touch()
    assert own_server.request('POST', f'/apis/v2beta1/runs/{run["run_id"]}:retry').status == 200
    own_server.kill()
    own_server.start()
    own_server.expect(own_server.finished(run['run_id']), 'SUCCEEDED')
    assert trace.read_text().split('\n').count('shaky') == 2
    assert trace.read_text().split('\n').count('beside') == 1


def test_only_the_failed_iteration_of_a_loop_runs_again(server, tmp_path):
    marker, trace = tmp_path / 'marker', tmp_path / 'trace'
    run = server.run(loop_goes_on, marker=str(marker), trace=str(trace))
    server.expect(run, 'FAILED')
    marker.touch()
    done = command('runs', 'retry', run['run_id'], '--follow', '--endpoint', server.url)
    assert done.returncode == 0, done.stderr
    assert trace.read_text().split() == ['a', 'b', 'c', 'shaky', 'd', 'shaky']


def test_a_run_that_succeeded_or_goes_on_cannot_be_retried(server, client):
    run = server.expect(server.run(one_script, script='true'))
    with pytest.raises(kfp_server_api.ApiException) as refused:
        client._run_api.run_service_retry_run(run_id=run['run_id'])
    assert refused.value.status == 400
    assert 'nothing to retry' in json.loads(refused.value.body)['message']
    slow = server.submit(compiled(one_script), {'script': 'sleep 60'}).json
    answer = server.request('POST', f'/apis/v2beta1/runs/{slow["run_id"]}:retry')
    assert answer.status == 400 and 'when it is over' in answer.message
    server.request('POST', f'/apis/v2beta1/runs/{slow["run_id"]}:terminate')
    # A run that was terminated can be retried, and stopped again.
    server.finished(slow['run_id'])
    assert server.request('POST', f'/apis/v2beta1/runs/{slow["run_id"]}:retry').status == 200
    assert server.request('POST', f'/apis/v2beta1/runs/{slow["run_id"]}:terminate').status == 200
    server.expect(server.finished(slow['run_id']), 'FAILED')


@dsl.pipeline(name='from-the-middle')
def from_the_middle(trace: str):
    first = answer(number=7).set_caching_options(False)
    early = append(line='early', path=trace).set_caching_options(False)
    middle = look_at(number=first.outputs['result'], trace=trace).after(early).set_caching_options(False)
    append(line='late', path=trace).after(middle).set_caching_options(False).set_display_name('late')


def test_a_rerun_takes_over_what_comes_before_its_task(server, tmp_path):
    trace = tmp_path / 'trace'
    source = server.expect(server.run(from_the_middle, trace=str(trace)))
    done = command('runs', 'rerun', source['run_id'], '--from', 'look-at', '--name', 'second', '--follow',
                   '--endpoint', server.url, '-o', 'json')
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert run['display_name'] == 'second' and run['run_id'] != source['run_id']
    assert run['rerun'] == {'run_id': source['run_id'], 'from_task': 'look-at'}
    assert trace.read_text().split('\n') == ['early', 'number 7', 'late', 'number 7', 'late', '']
    tasks = server.tasks(run['run_id'])
    assert tasks['answer'].state == 'CACHED' and tasks['answer'].reason['code'] == 'REUSED'
    assert source['run_id'] in tasks['answer'].reason['message']
    assert tasks['look-at'].state == 'SUCCEEDED' and len(tasks['look-at'].attempts) == 1


def test_a_rerun_needs_a_task_and_a_run_that_is_over(server, tmp_path):
    source = server.expect(server.run(from_the_middle, trace=str(tmp_path / 'trace')))
    url = f'/apis/v2beta1/runs/{source["run_id"]}:rerun'
    missing = server.request('POST', url, {'from_task': 'nobody'})
    assert missing.status == 400
    assert "no task 'nobody'" in missing.message and "'look-at'" in missing.message
    assert server.request('POST', url, {}).status == 400
    assert server.request('POST', url.replace(source['run_id'], 'none'), {'from_task': 'a'}).status == 404


@dsl.pipeline(name='too-slow', pipeline_config=dsl.PipelineConfig(active_deadline_seconds=1))
def too_slow(trace: str):
    sh(script='sleep 60').set_caching_options(False)
    append(line='beside', path=trace).set_caching_options(False)


def test_a_run_ends_at_its_deadline(server, client, tmp_path):
    began = time.monotonic()
    run_id = client.create_run_from_pipeline_func(too_slow, arguments={'trace': str(tmp_path / 'trace')}).run_id
    run = server.expect(server.finished(run_id), 'FAILED')
    assert time.monotonic() - began < 30
    assert run['reason']['code'] == 'DEADLINE_EXCEEDED' and '1s' in run['error']['message']
    tasks = server.tasks(run_id)
    assert tasks['sh'].raw['phase'] == 'CANCELED' and tasks['sh'].reason['code'] == 'DEADLINE_EXCEEDED'
    assert tasks['append'].state == 'SUCCEEDED'


@dsl.container_component
def report(status: dsl.PipelineTaskFinalStatus, text: dsl.Output[dsl.Artifact]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; echo "$0" > "$1"'],
        args=[status, text.path])


@dsl.pipeline(name='reports')
def reports(marker: str, trace: str):
    with dsl.ExitHandler(report().set_caching_options(False)):
        succeed_if(marker=marker, trace=trace, line='shaky').set_caching_options(False)


def test_an_artifact_of_a_step_that_a_retry_repeats_is_not_left_behind(own_server, tmp_path):
    server = own_server.start()
    marker = tmp_path / 'marker'
    run = server.run(reports, marker=str(marker), trace=str(tmp_path / 'trace'))
    assert run['state'] == 'FAILED'
    [first] = server.pages('/artifacts', 'artifacts')
    marker.touch()
    assert server.request('POST', f'/apis/v2beta1/runs/{run["run_id"]}:retry').status == 200
    server.expect(server.finished(run['run_id']))
    [second] = server.pages('/artifacts', 'artifacts')
    assert second['artifact_id'] != first['artifact_id']
    assert server.request('DELETE', f'/apis/v2beta1/runs/{run["run_id"]}').status == 200
    assert server.pages('/artifacts', 'artifacts') == []
