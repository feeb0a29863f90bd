"""Lists of artifacts for programs that are no Python components: a list stays one, with one element and with none."""

from typing import List

from kfp import dsl


@dsl.container_component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; printf %s "$0" > "$1"'],
        args=[text, data.path])


@dsl.container_component
def show(files: dsl.Input[List[dsl.Dataset]], said: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; printf %s "$0" > "$1"'],
        args=[files, said])


@dsl.component(base_image='python:3.11')
def count(files: dsl.Input[List[dsl.Dataset]]) -> int:
    return len(files or [])


@dsl.pipeline(name='artifact-lists')
def artifact_lists(texts: List[str]) -> int:
    with dsl.ParallelFor(texts) as text:
        written = write(text=text)
    show(files=dsl.Collected(written.outputs['data']))
    return count(files=dsl.Collected(written.outputs['data'])).output
