"""Artifacts as a function's arguments and results, at places the program asks for with `dsl.get_uri`."""

from typing import NamedTuple

from kfp import dsl


@dsl.component(base_image='python:3.11')
def make_one(text: str) -> dsl.Dataset:
    dataset = dsl.Dataset(uri=dsl.get_uri(), metadata={'length': len(text)})
    with open(dataset.path, 'w') as file:
        file.write(text)
    return dataset


@dsl.component(base_image='python:3.11')
def make_two(dataset: dsl.Dataset) -> NamedTuple('Two', [('model', dsl.Model), ('upper', dsl.Dataset), ('size', int)]):
    from collections import namedtuple

    with open(dataset.path) as file:
        text = file.read()
    model = dsl.Model(uri=dsl.get_uri('model'))
    upper = dsl.Dataset(uri=dsl.get_uri('upper'))
    with open(model.path, 'w') as file:
        file.write(text[::-1])
    with open(upper.path, 'w') as file:
        file.write(text.upper())
    return namedtuple('Two', ['model', 'upper', 'size'])(model, upper, dataset.metadata['length'])


@dsl.pipeline(name='pythonic-artifacts')
def pythonic_artifacts(text: str = 'swift') -> NamedTuple('Two', [('upper', dsl.Dataset), ('size', int)]):
    two = make_two(dataset=make_one(text=text).output).outputs
    return NamedTuple('Two', [('upper', dsl.Dataset), ('size', int)])(two['upper'], two['size'])
