"""A step that takes one of a few values. The compiler has no word for that, so the spec is completed by hand."""

from harness import compiled
from kfp import dsl


@dsl.container_component
def paint(color: str):
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-c', 'echo "$0"'], args=[color])


@dsl.container_component
def choose(color: str, chosen: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; printf %s "$0" > "$1"'],
        args=[color, chosen])


@dsl.pipeline(name='choices')
def _choices(color: str):
    paint(color=choose(color=color).outputs['chosen'])


def choices(of_input, of_step):
    """The pipeline with the values its input and its last step allow."""
    spec = compiled(_choices)
    spec['root']['inputDefinitions']['parameters']['color']['literals'] = of_input
    spec['components']['comp-paint']['inputDefinitions']['parameters']['color']['literals'] = of_step
    return spec
