"""Exit handlers, tasks that run whatever happened before them, and what they get to know."""

from kfp import dsl
from pipelines import append, sh


@dsl.component(base_image='python:3.11')
def report(path: str, status: dsl.PipelineTaskFinalStatus) -> dict:
    """Notes that it ran and gives everything it was told."""
    with open(path, 'a') as file:
        file.write('reported\n')
    return {'state': status.state, 'task': status.pipeline_task_name,
            'job': status.pipeline_job_resource_name,
            'code': status.error_code, 'message': status.error_message}


@dsl.pipeline(name='protected')
def protected(script: str, path: str):
    with dsl.ExitHandler(report(path=path)):
        first = sh(script=script)
        append(line='body', path=path).after(first)


def test_the_exit_task_of_a_good_body_runs_once_and_hears_of_success(server, side_effects):
    run = server.expect(server.run(protected, script='true', path=str(side_effects)))
    told = server.tasks(run['run_id'])['report'].parameters['Output']
    assert side_effects.read_text() == 'body\nreported\n'
    assert (told['state'], told['task']) == ('SUCCEEDED', 'exit-handler-1')
    assert run['run_id'] in told['job']
    assert (told['code'], told['message']) == (None, None)


def test_the_exit_task_of_a_bad_body_hears_what_went_wrong_and_the_run_fails(server, side_effects):
    run = server.expect(server.run(protected, script='echo so bad; exit 3', path=str(side_effects)), 'FAILED')
    tasks = server.tasks(run['run_id'])
    told = tasks['report'].parameters['Output']
    assert side_effects.read_text() == 'reported\n'
    assert (told['state'], told['task']) == ('FAILED', 'exit-handler-1')
    assert told['code'] and 'so bad' in told['message']
    assert tasks['report'].state == 'SUCCEEDED'
    assert 'so bad' in run['error']['message']


@dsl.pipeline(name='bad-exit-task')
def bad_exit_task(path: str):
    with dsl.ExitHandler(sh(script='echo cannot clean up; exit 1')):
        append(line='body', path=path)


def test_a_failing_exit_task_fails_the_run_and_not_the_body(server, side_effects):
    run = server.expect(server.run(bad_exit_task, path=str(side_effects)), 'FAILED')
    tasks = server.tasks(run['run_id'])
    assert tasks['exit-handler-1'].state == 'SUCCEEDED'
    assert 'cannot clean up' in run['error']['message']


@dsl.pipeline(name='two-handlers')
def two_handlers(path: str):
    with dsl.ExitHandler(append(line='first handler', path=path)):
        sh(script='exit 1')
    with dsl.ExitHandler(append(line='second handler', path=path, seconds=0.1)):
        sh(script='exit 2')


def test_each_exit_handler_runs_its_own_exit_task(server, side_effects):
    server.expect(server.run(two_handlers, path=str(side_effects)), 'FAILED')
    assert sorted(side_effects.read_text().splitlines()) == ['first handler', 'second handler']


@dsl.component(base_image='python:3.11')
def get_state(status: dict) -> str:
    return status['state']


@dsl.pipeline(name='clean-up')
def clean_up(path: str, status: dsl.PipelineTaskFinalStatus):
    shown = get_state(status=status)
    with dsl.If(shown.output == 'FAILED'):
        append(line='cleaned', path=path)


@dsl.pipeline(name='pipeline-as-exit-task')
def pipeline_as_exit_task(path: str):
    with dsl.ExitHandler(clean_up(path=path)):
        sh(script='exit 1')


def test_a_pipeline_can_be_an_exit_task_and_passes_the_status_on(server, side_effects):
    run = server.expect(server.run(pipeline_as_exit_task, path=str(side_effects)), 'FAILED')
    tasks = server.tasks(run['run_id'])
    assert sorted(side_effects.read_text().splitlines()) == ['cleaned']
    assert tasks['clean-up.get-state'].parameters['Output'] == 'FAILED'


@dsl.component(base_image='python:3.11')
def maybe_number(fail: bool) -> int:
    if fail:
        raise ValueError('no number today')
    return 1


@dsl.component(base_image='python:3.11')
def use_number(path: str, number: int = 7) -> int:
    with open(path, 'a') as file:
        file.write(f'{number}\n')
    return number


@dsl.pipeline(name='whatever-happens')
def whatever_happens(path: str, fail: bool):
    number = maybe_number(fail=fail)
    use_number(path=path, number=number.output).ignore_upstream_failure()


def test_a_task_that_ignores_failures_gets_its_default_instead_of_the_missing_output(server, side_effects):
    server.expect(server.run(whatever_happens, path=str(side_effects), fail=True), 'FAILED')
    server.expect(server.run(whatever_happens, path=str(side_effects), fail=False))
    assert side_effects.read_text() == '7\n1\n'
