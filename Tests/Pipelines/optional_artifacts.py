"""Artifacts that need not be there, for a Python component, a container component and a pipeline within."""

from typing import Optional

from kfp import dsl


@dsl.component(base_image='python:3.11')
def write() -> dsl.Dataset:
    dataset = dsl.Dataset(uri=dsl.get_uri())
    with open(dataset.path, 'w') as file:
        file.write('given')
    return dataset


@dsl.component(base_image='python:3.11')
def read(dataset: Optional[dsl.Input[dsl.Dataset]] = None) -> str:
    return 'nothing' if dataset is None else open(dataset.path).read()


@dsl.container_component
def cat(said: dsl.OutputPath(str), dataset: Optional[dsl.Input[dsl.Dataset]] = None):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$0")"; echo "$#" > "$0"'],
        args=[said, dsl.IfPresentPlaceholder(input_name='dataset', then=['--dataset', dataset.path])])


@dsl.pipeline
def inner(dataset: Optional[dsl.Input[dsl.Dataset]] = None) -> str:
    return read(dataset=dataset).output


@dsl.pipeline(name='optional-artifacts')
def optional_artifacts():
    given = write().output
    read(dataset=given).set_display_name('with')
    read().set_display_name('without')
    cat(dataset=given)
    cat()
    inner(dataset=given)
    inner()
