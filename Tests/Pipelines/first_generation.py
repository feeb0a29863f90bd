"""What components of KFP 1.x wrote for the pages, from components of today: `mlpipeline-ui-metadata` and `mlpipeline-metrics`."""

from kfp import dsl


@dsl.component(base_image='python:3.11')
def visualize(
    accuracy: float, hostile: str, rows: dsl.Output[dsl.Dataset],
    mlpipeline_ui_metadata: dsl.Output[dsl.Artifact], mlpipeline_metrics: dsl.Output[dsl.Artifact],
):
    import json
    with open(rows.path, 'w') as file:
        file.write('cat,cat,40\ncat,dog,2\ndog,cat,5\ndog,dog,33\n')
    curve = '\n'.join(f'{rate / 10},{(rate / 10) ** 0.3:.4f},{1 - rate / 10:.1f}' for rate in range(11))
    page = f'<!doctype html><p id="words">a plot</p>{hostile}<script>words.textContent += " and a script ran"</script>'
    outputs = [
        {'type': 'confusion_matrix', 'format': 'csv', 'source': rows.uri, 'labels': ['cat', 'dog'], 'schema': [
            {'name': 'target', 'type': 'CATEGORY'}, {'name': 'guess', 'type': 'CATEGORY'},
            {'name': 'count', 'type': 'NUMBER'}]},
        {'type': 'roc', 'format': 'csv', 'storage': 'inline', 'source': curve, 'schema': [
            {'name': 'fpr', 'type': 'NUMBER'}, {'name': 'tpr', 'type': 'NUMBER'}, {'name': 'thresholds', 'type': 'NUMBER'}]},
        {'type': 'table', 'format': 'csv', 'storage': 'inline', 'header': ['name', 'size'], 'source': f'a,1\n"{hostile}",2'},
        {'type': 'markdown', 'storage': 'inline', 'source': f'# Found\n\nIt is **{accuracy}**. {hostile}'},
        {'type': 'web-app', 'storage': 'inline', 'source': page},
        {'type': 'tensorboard', 'source': 'gs://a-bucket/logs'},
        {'type': 'markdown', 'source': '/etc/passwd'},
        {'type': hostile, 'source': 'x'},
    ]
    with open(mlpipeline_ui_metadata.path, 'w') as file:
        json.dump({'version': 1, 'outputs': outputs}, file)
    with open(mlpipeline_metrics.path, 'w') as file:
        json.dump({'metrics': [
            {'name': 'accuracy-score', 'numberValue': accuracy, 'format': 'PERCENTAGE'},
            {'name': 'rows', 'numberValue': 80}]}, file)


@dsl.pipeline(name='first-generation')
def first_generation(accuracy: float = 0.9125, hostile: str = '<script>parent.document.title = "owned"</script>'):
    visualize(accuracy=accuracy, hostile=hostile)
