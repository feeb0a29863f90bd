"""A pipeline that writes an artifact of every kind that the pages can show, some of them hostile."""

from kfp import dsl

HOSTILE = '<script>parent.document.title = "owned"; document.title = "owned"</script>'


@dsl.component(base_image='python:3.11')
def evaluate(
    quality: float, rows: dsl.Input[dsl.Dataset], scores: dsl.Output[dsl.Metrics],
    classes: dsl.Output[dsl.ClassificationMetrics], parts: dsl.Output[dsl.SlicedClassificationMetrics],
):
    with open(rows.path) as file:
        scores.log_metric('rows', len(file.read().splitlines()) - 1)
    scores.log_metric('accuracy', quality)
    scores.log_metric('loss', round(0.4 / quality, 4))

    def curve(shape):
        rates = [number / 20 for number in range(21)]
        return rates, [rate ** shape for rate in rates], [1 - rate for rate in rates]

    classes.log_roc_curve(*curve(1 - quality))
    right = int(100 * quality)
    classes.log_confusion_matrix(
        ['cat', 'dog', '<b>bird</b>'],
        [[right, 100 - right, 0], [7, right, 93 - right], [1, 4, right]])
    parts.metadata['evaluationSlices'] = [
        {'slice': name, 'sliceClassificationMetrics': {'confidenceMetrics': [
            {'confidenceThreshold': t, 'recall': r, 'falsePositiveRate': f} for f, r, t in zip(*curve(shape))]}}
        for name, shape in (('small', 0.2), ('large', 0.6))]


@dsl.component(base_image='python:3.11')
def prepare(rows: dsl.Output[dsl.Dataset]):
    with open(rows.path + '.csv', 'w') as file:
        file.write('name,size,note\n')
        for number in range(300):
            file.write(f'row {number},{number * 1.5},"a note, with ""marks"" <i>{number}</i>"\n')
    rows.uri += '.csv'


@dsl.component(base_image='python:3.11')
def report(
    quality: float, hostile: str, page: dsl.Output[dsl.HTML], words: dsl.Output[dsl.Markdown],
    folder: dsl.Output[dsl.Artifact],
):
    import base64
    import json
    import os
    dot = ('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGOQ94jGgxhGpQlKAwAcPEz'
           'sAcYJ3QAAAABJRU5ErkJggg==')
    with open(page.path, 'w') as file:
        file.write(f'<!doctype html><h1>A report</h1><p id="words">quality {quality}</p>{hostile}'
                   '<script>document.getElementById("words").textContent += " and a script ran"</script>')
    with open(words.path, 'w') as file:
        file.write(f'# Results\n\nThe *quality* is **{quality}**, see `accuracy` and\n[the docs](https://example.org/).\n\n'
                   f'| name | value |\n|---|---|\n| quality | {quality} |\n\n- one\n- two\n  - nested\n\n> a quote\n\n'
                   f'```\ncode <b>\n```\n\n![a dot](data:image/png;base64,{dot})\n\n'
                   f'{hostile}\n\n[a trap](javascript:alert(1)) <img src=x onerror="document.title=\'owned\'">\n')
    os.makedirs(os.path.join(folder.path, 'deep', 'er'))
    files = {
        'dot.png': base64.b64decode(dot),
        'table.json': json.dumps([{'name': 'a', 'value': 1}, {'name': 'b', 'value': [2, 3]}]).encode(),
        'tree.json': json.dumps({'a': {'b': [1, 2, {'c': None}]}}).encode(),
        'notes.txt': b'\x1b[31mred\x1b[0m words\nplain words\n',
        'data.bin': bytes(range(256)),
        'deep/er/leaf.tsv': b'a\tb\n1\t2\n',
        'rates.csv': 'Größe;Anteil\n10;1,5\n20;2,25\n'.encode(),
        'drawing.svg': ('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><circle cx="40" cy="30" r="20"/>'
                        + hostile + '</svg>').encode(),
        'work.ipynb': json.dumps({'nbformat': 4, 'cells': [
            {'cell_type': 'markdown', 'source': ['## A notebook\n', hostile]},
            {'cell_type': 'code', 'execution_count': 1, 'source': 'print(6 * 7)', 'outputs': [
                {'output_type': 'stream', 'name': 'stdout', 'text': ['42\n']},
                {'output_type': 'display_data', 'data': {'image/png': dot, 'text/plain': 'a picture'}},
                {'output_type': 'error', 'ename': 'E', 'evalue': 'v', 'traceback': ['\x1b[31mE\x1b[0m: v']}]},
        ]}).encode(),
    }
    for name, content in files.items():
        with open(os.path.join(folder.path, name), 'wb') as file:
            file.write(content)


@dsl.pipeline(name='gallery')
def gallery(quality: float = 0.8, hostile: str = HOSTILE):
    rows = prepare()
    evaluate(quality=quality, rows=rows.outputs['rows'])
    report(quality=quality, hostile=hostile)
