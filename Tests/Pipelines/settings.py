"""What a task can be told beside its inputs: a name, variables, resources, an accelerator."""

from kfp import dsl


@dsl.container_component
def show(said: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image='alpine:3',
        command=['sh', '-ec', 'mkdir -p "$(dirname "$0")"; printf %s "$FIRST-$SECOND" > "$0"'], args=[said])


@dsl.container_component
def nothing():
    return dsl.ContainerSpec(image='alpine:3', command=['true'])


@dsl.pipeline(name='settings')
def settings(cpu: str = '500m', memory: str = '64Mi'):
    named = show().set_display_name('Shows its variables')
    named.set_env_variable('FIRST', 'one').set_env_variable('SECOND', 'it is "two"')
    named.set_cpu_request('100m').set_cpu_limit(cpu).set_memory_request('16Mi').set_memory_limit(memory)


@dsl.pipeline(name='too-large')
def too_large():
    nothing().set_memory_request('900000Gi')


@dsl.pipeline(name='accelerated')
def accelerated(kind: str = 'example.com/no-such-device'):
    nothing().set_accelerator_type(kind).set_accelerator_limit(2)
