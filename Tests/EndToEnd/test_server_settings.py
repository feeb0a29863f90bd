"""Settings of the server that change what becomes of runs: the cache, and how long a task may wait."""

import time

import kfp
import pytest
from harness import command, compiled, eventually
from kfp import dsl


@dsl.container_component
def note(path: str):
    """Leaves a trace of having run."""
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec', 'echo ran >> "$0"'], args=[path])


@dsl.pipeline
def inner(path: str):
    note(path=path)


@dsl.pipeline(name='nested')
def nested(path: str):
    """A step at the root, one in a pipeline, one in a loop in a condition."""
    note(path=path)
    inner(path=path)
    with dsl.If(path != ''):
        with dsl.ParallelFor([1]):
            note(path=path)


@dsl.container_component
def hold(path: str):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-c', 'while [ ! -e "$0" ]; do sleep 0.05; done'], args=[path])


def runs(path):
    return len(path.read_text().splitlines())


def test_a_run_submitted_without_caching_runs_every_step_at_every_level(server, client, side_effects, tmp_path):
    package = tmp_path / 'nested.yaml'
    kfp.compiler.Compiler().compile(nested, str(package))

    def play(**options):
        run = client.create_run_from_pipeline_package(
            str(package), arguments={'path': str(side_effects)}, **options)
        server.expect(server.finished(run.run_id))
        return runs(side_effects)

    # The three steps are one execution to the cache, so that the first run may find its own first step.
    before = play()
    assert play() == before
    assert play(enable_caching=False) == before + 3


def test_a_server_without_a_cache_runs_everything_and_says_why(own_server, side_effects):
    own_server.arguments += ['--cache', 'off']
    own_server.start()
    for count in (1, 2):
        task = own_server.succeed(inner, path=str(side_effects))['note']
        assert (task.state, runs(side_effects)) == ('SUCCEEDED', count)
    assert '--cache off' in task.raw['cache']['message']


def test_results_older_than_the_greatest_age_do_not_count(own_server, side_effects):
    own_server.arguments += ['--cache-max-age', '1s']
    own_server.start()
    own_server.succeed(inner, path=str(side_effects))
    time.sleep(1.2)
    task = own_server.succeed(inner, path=str(side_effects))['note']
    assert runs(side_effects) == 2
    assert 'results count for 1.0s' in task.raw['cache']['message']


@pytest.mark.parametrize('option', ['--cache-max-age', '--pending-timeout'])
def test_a_length_of_time_without_a_unit_is_refused(option):
    done = command('serve', option, '30')
    assert done.returncode != 0 and 'such as 30d, 12h' in done.stderr


def test_a_step_that_waits_too_long_for_room_fails_and_says_for_what(own_server, tmp_path):
    own_server.arguments[:] = ['--parallelism', '1', '--pending-timeout', '1s']
    own_server.start()
    gate = tmp_path / 'gate'
    first = own_server.submit(compiled(held), {'path': str(gate)}).json['run_id']
    eventually(lambda: own_server.tasks(first).get('hold', None) and own_server.tasks(first)['hold'].state == 'RUNNING')
    second = own_server.submit(compiled(held), {'path': str(gate)}).json['run_id']
    waiting = eventually(lambda: own_server.tasks(second).get('hold') and own_server.tasks(second)['hold'].reason)
    assert waiting['code'] == 'WAITING_FOR_CAPACITY' and waiting['details']['placesTaken'] == 1
    shown = command('runs', 'get', second, '--endpoint', own_server.url)
    assert '1 of 1 places are taken' in shown.stdout, shown
    own_server.expect(own_server.finished(second), 'FAILED')
    reason = own_server.tasks(second)['hold'].reason
    assert reason['code'] == 'PENDING_TIMEOUT'
    assert '1 of 1 places are taken' in reason['message']
    gate.touch()
    own_server.expect(own_server.finished(first))


@dsl.pipeline(name='held')
def held(path: str):
    hold(path=path).set_caching_options(False)


def test_a_step_that_asks_for_more_than_the_machine_has_fails_at_once(server):
    @dsl.pipeline(name='greedy')
    def greedy():
        hold(path='/').set_cpu_request('4000')

    run = server.expect(server.run(greedy), 'FAILED')
    reason = server.tasks(run['run_id'])['hold'].reason
    assert 'asks for 4000 cores and this machine has' in reason['message']
