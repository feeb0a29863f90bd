"""The pipelines of Tests/Pipelines, submitted by the real SDK: outputs, states and lineage."""

import json

import pytest
from artifact_lists import artifact_lists
from artifact_types import artifact_types
from choices import choices
from embedded import embedded
from notebook import notebook
from optional_artifacts import optional_artifacts
from own_environment import own_environment
from pythonic_artifacts import pythonic_artifacts
from settings import accelerated, settings, too_large


@pytest.fixture
def submit(client, server):
    """Runs a pipeline as a user of the SDK does, expects an end, and returns the tasks by path."""
    def submit(pipeline, state='SUCCEEDED', **arguments):
        run = client.create_run_from_pipeline_func(pipeline, arguments=arguments, enable_caching=False)
        finished = client.wait_for_run_completion(run.run_id, timeout=180, sleep_duration=0.1)
        assert finished.state == state, server.story(run.run_id)
        return server.tasks(run.run_id)
    return submit


def ids(task, side, key):
    """The ids of a task's artifacts under one key, in order."""
    groups = {group['artifact_key']: group['artifacts'] for group in task.raw.get(side, {}).get('artifacts', [])}
    return [artifact['artifact_id'] for artifact in groups.get(key, [])]


def test_artifacts_of_every_system_type_keep_type_contents_and_metadata(submit):
    tasks = submit(artifact_types)
    made = tasks['make-all'].artifacts
    # In the words of KFP 3.0, which differ for metrics.
    assert {key: artifact.type for key, artifact in made.items()} == {
        'plain': 'Artifact', 'dataset': 'Dataset', 'model': 'Model', 'metrics': 'Metric',
        'classification': 'ClassificationMetric', 'sliced': 'SlicedClassificationMetric', 'page': 'HTML',
        'text': 'Markdown'}
    assert made['page'].path.read_text() == '<h1>Martlet</h1>'
    assert made['metrics'].metadata['accuracy'] == 0.75 and made['metrics'].metadata['dots.and spaces'] == 3
    confidence = made['classification'].metadata['confidenceMetrics']
    assert [point['recall'] for point in confidence] == [0, 0.8, 1]
    assert made['classification'].metadata['confusionMatrix']['rows'] == [{'row': [5, 1]}, {'row': [2, 7]}]
    assert made['sliced'].metadata['evaluationSlices'][0]['slice'] == 'north'
    read = tasks['root'].parameters['Output']
    assert read['files']['dataset'] == ['Dataset', 'a,b\n1,2\n', 8]
    assert {kind for kind, _, _ in read['files'].values()} == {'Artifact', 'Dataset', 'Model', 'HTML', 'Markdown'}
    assert read['framework'] == 'by hand'
    assert read['classification']['confusionMatrix'] == made['classification'].metadata['confusionMatrix']
    for key, artifact in tasks['read-all'].input_artifacts.items():
        assert artifact.id == made[key].id


def test_artifacts_may_be_arguments_and_results_at_places_the_program_asked_for(submit):
    tasks = submit(pythonic_artifacts, text='martlet')
    one, two = tasks['make-one'], tasks['make-two']
    dataset = one.artifacts['Output']
    assert (dataset.type, dataset.path.read_text(), dataset.metadata['length']) == ('Dataset', 'martlet', 7)
    assert two.input_artifacts['dataset'].id == dataset.id
    assert two.artifacts['model'].path.read_text() == 'teltram'
    assert two.artifacts['model'].uri.endswith('/model') and two.artifacts['upper'].uri.endswith('/upper')
    # The outputs of the pipeline are those of its steps: the very artifact, and the number.
    assert tasks['root'].artifacts['upper'].id == two.artifacts['upper'].id
    assert tasks['root'].parameters == {'size': 7}


@pytest.mark.parametrize('texts', [['a', 'b'], ['only'], []], ids=['two', 'one', 'none'])
def test_a_list_of_artifacts_is_a_list_however_long_it_is(submit, texts):
    tasks = submit(artifact_lists, texts=texts)
    written = [tasks[f'for-loop-1.{index}.write'].artifacts['data'].id for index in range(len(texts))]
    shown = json.loads(tasks['show'].parameters['said'])
    assert [artifact['name'] for artifact in shown] == written
    assert tasks['root'].parameters == {'Output': len(texts)}
    assert ids(tasks['show'], 'inputs', 'files') == written == ids(tasks['count'], 'inputs', 'files')


def test_optional_artifacts_may_be_missing_at_every_kind_of_step(submit):
    tasks = submit(optional_artifacts)
    given = tasks['write'].artifacts['Output'].id
    told = {path: task.parameters for path, task in tasks.items()}
    assert told['read'] == told['inner'] == told['inner.read'] == {'Output': 'given'}
    assert told['read-2'] == told['inner-2'] == told['inner-2.read'] == {'Output': 'nothing'}
    assert (told['cat'], told['cat-2']) == ({'said': '2\n'}, {'said': '0\n'})
    assert ids(tasks['inner.read'], 'inputs', 'dataset') == [given]
    assert ids(tasks['inner-2.read'], 'inputs', 'dataset') == []


def test_files_and_folders_travel_inside_of_a_component(submit):
    assert submit(embedded)['root'].parameters == {'Output': 'from a folder, from a folder'}


def test_a_notebook_is_a_component(submit):
    tasks = submit(notebook, times=2)
    assert tasks['run-notebook'].artifacts['written'].path.read_text() == 'martlet martlet '


def test_a_component_with_an_environment_of_its_own_has_its_packages(submit):
    assert submit(own_environment)['root'].parameters == {'Output': '1.17.0'}


def test_a_step_has_its_name_its_variables_and_its_resources(submit, server):
    task = submit(settings)['show']
    assert task.raw['display_name'] == 'Shows its variables'
    assert task.parameters == {'said': 'one-it is "two"'}


def test_resources_that_this_machine_never_has_are_said(submit):
    reason = submit(too_large, 'FAILED')['nothing'].reason
    assert 'memory' in reason['message'], reason


def test_resources_that_are_no_amount_are_said_with_the_text(submit):
    reason = submit(settings, 'FAILED', cpu='much')['show'].reason
    assert reason['code'] == 'START_FAILED' and "found 'much'" in reason['message'], reason


def test_a_device_that_is_not_here_is_named(submit):
    reason = submit(accelerated, 'FAILED')['nothing'].reason
    assert '2 × example.com/no-such-device' in reason['message'], reason


def test_a_choice_is_checked_at_submission_and_before_a_step(server):
    spec = choices(of_input=['red', 'green'], of_step=['red', 'blue'])
    refused = server.submit(spec, {'color': 'blue'})
    assert refused.status == 400
    assert 'expected one of "red", "green", found' in refused.message, refused
    server.succeed(spec, color='red')
    run = server.expect(server.run(spec, color='green'), 'FAILED')
    reason = server.tasks(run['run_id'])['paint'].reason
    assert reason['code'] == 'INPUT_RESOLUTION_FAILED'
    assert 'expected one of "red", "blue", found a string ("green")' in reason['message'], reason
