"""Data that is too large, or too interesting, to be a parameter: dataset -> model -> metrics.

    python examples/artifacts.py [--host URL]

A parameter is a value. An artifact is a file or folder with a type and metadata, and the server remembers
which step made it and which steps read it (its lineage). Only Python's own library is used here.
"""

import argparse

from kfp import Client, dsl


@dsl.component(base_image='python:3.11')
def make_dataset(rows: int, noise: float, dataset: dsl.Output[dsl.Dataset]):
    """Writes points along y = 2x + 1 with some noise, always the same ones."""
    import csv
    import random

    source = random.Random(7)
    # `dataset.path` is where the file belongs; the metadata travels with it.
    with open(dataset.path, 'w', newline='') as file:
        table = csv.writer(file)
        table.writerow(['x', 'y'])
        for x in range(rows):
            table.writerow([x, 2 * x + 1 + source.uniform(-noise, noise)])
    dataset.metadata['rows'] = rows
    dataset.metadata['columns'] = ['x', 'y']


@dsl.component(base_image='python:3.11')
def train(dataset: dsl.Input[dsl.Dataset], model: dsl.Output[dsl.Model]):
    """Fits a straight line by least squares and keeps it as JSON."""
    import csv
    import json
    import statistics

    with open(dataset.path, newline='') as file:
        points = [(float(row['x']), float(row['y'])) for row in csv.DictReader(file)]
    slope, intercept = statistics.linear_regression([x for x, _ in points], [y for _, y in points])
    with open(model.path, 'w') as file:
        json.dump({'slope': slope, 'intercept': intercept}, file)
    model.metadata['framework'] = 'least squares'
    # What an earlier step wrote down can be read here.
    model.metadata['trained_on_rows'] = dataset.metadata['rows']


@dsl.component(base_image='python:3.11')
def evaluate(dataset: dsl.Input[dsl.Dataset], model: dsl.Input[dsl.Model],
             metrics: dsl.Output[dsl.Metrics]) -> float:
    """Measures how far the line is from the points, on average."""
    import csv
    import json

    with open(model.path) as file:
        line = json.load(file)
    with open(dataset.path, newline='') as file:
        errors = [abs(line['slope'] * float(row['x']) + line['intercept'] - float(row['y']))
                  for row in csv.DictReader(file)]
    mean_error = sum(errors) / len(errors)
    metrics.log_metric('mean_error', mean_error)
    metrics.log_metric('slope', line['slope'])
    return mean_error


@dsl.pipeline(name='artifacts', description='Makes data, fits a line, measures the fit.')
def artifacts(rows: int = 50, noise: float = 0.5) -> float:
    data = make_dataset(rows=rows, noise=noise)
    fitted = train(dataset=data.outputs['dataset'])
    measured = evaluate(dataset=data.outputs['dataset'], model=fitted.outputs['model'])
    return measured.outputs['Output']


if __name__ == '__main__':
    options = argparse.ArgumentParser(description='Run the artifacts pipeline.')
    options.add_argument('--host', default='http://127.0.0.1:8888', help='where the server is')
    host = options.parse_args().host

    run = Client(host=host).create_run_from_pipeline_func(artifacts, arguments={'rows': 100})
    finished = run.wait_for_run_completion(timeout=600)
    print(f'{finished.display_name}: {finished.state}')
