"""An artifact of every system type, with what its type is for, and a step that reads them all back."""

from kfp import dsl


@dsl.component(base_image='python:3.11')
def make_all(
    plain: dsl.Output[dsl.Artifact], dataset: dsl.Output[dsl.Dataset], model: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics], classification: dsl.Output[dsl.ClassificationMetrics],
    sliced: dsl.Output[dsl.SlicedClassificationMetrics], page: dsl.Output[dsl.HTML], text: dsl.Output[dsl.Markdown],
):
    for artifact, content in ((plain, 'plain'), (dataset, 'a,b\n1,2\n'), (model, 'weights'),
                              (page, '<h1>Martlet</h1>'), (text, '# Martlet')):
        with open(artifact.path, 'w') as file:
            file.write(content)
        artifact.metadata['length'] = len(content)
    model.framework = 'by hand'
    metrics.log_metric('accuracy', 0.75)
    metrics.log_metric('dots.and spaces', 3)
    classification.log_roc_curve(fpr=[0.0, 0.5, 1.0], tpr=[0.0, 0.8, 1.0], threshold=[1.0, 0.5, 0.0])
    classification.log_confusion_matrix(['cat', 'dog'], [[5, 1], [2, 7]])
    # Its own methods fail in kfp 2.17, which makes it without calling its initialiser.
    sliced.metadata['evaluationSlices'] = [{'slice': 'north', 'recall': 0.5}]


@dsl.component(base_image='python:3.11')
def read_all(
    plain: dsl.Input[dsl.Artifact], dataset: dsl.Input[dsl.Dataset], model: dsl.Input[dsl.Model],
    metrics: dsl.Input[dsl.Metrics], classification: dsl.Input[dsl.ClassificationMetrics],
    page: dsl.Input[dsl.HTML], text: dsl.Input[dsl.Markdown],
) -> dict:
    files = {}
    for name, artifact in (('plain', plain), ('dataset', dataset), ('model', model), ('page', page), ('text', text)):
        with open(artifact.path) as file:
            files[name] = [type(artifact).__name__, file.read(), artifact.metadata['length']]
    return {'files': files, 'framework': model.framework, 'metrics': metrics.metadata,
            'classification': classification.metadata}


@dsl.pipeline(name='artifact-types')
def artifact_types() -> dict:
    made = make_all().outputs
    return read_all(**{name: made[name] for name in (
        'plain', 'dataset', 'model', 'metrics', 'classification', 'page', 'text')}).output
