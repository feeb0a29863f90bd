"""The pipeline whose server is killed: every step leaves its name in a file, which no database could make up for."""

from kfp import dsl

# What each shell step prints, so that a log is worth comparing.
LOG_LINES = 40

# Leaves the trace, prints, takes a moment. The working folder is named after the run, the task and the attempt. One
# write with O_APPEND, so that no line is lost or torn.
BEGIN = f'''
echo "$PWD $TMPDIR" >> "$0"
n=0; while [ $n -lt {LOG_LINES} ]; do n=$((n+1)); echo "line $n of {LOG_LINES}"; done
sleep 0.0$(($$ % 8 + 1))
'''


def shell(script, arguments):
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec', BEGIN + script], args=arguments)


@dsl.container_component
def produce(trace: str, number: int, data: dsl.Output[dsl.Dataset], result: dsl.OutputPath(int)):
    return shell('mkdir -p "$(dirname "$2")" "$(dirname "$3")"; echo "data $1" > "$2"; echo "$1" > "$3"',
                 [trace, number, data.path, result])


@dsl.container_component
def consume(trace: str, data: dsl.Input[dsl.Dataset], copy: dsl.Output[dsl.Dataset]):
    return shell('mkdir -p "$(dirname "$2")"; cat "$1" "$1" > "$2"', [trace, data.path, copy.path])


@dsl.container_component
def fail_at_first(trace: str):
    return shell('case "$PWD" in *~0/scratch/work) exit 3;; esac', [trace])


@dsl.container_component
def killed_at_first(trace: str):
    return shell('case "$PWD" in *~0/scratch/work) kill -KILL $$;; esac', [trace])


@dsl.container_component
def bereaved(trace: str):
    """Loses a child to a signal, and leaves one behind that has a session of its own."""
    # The shell tells of killed children on its own, sooner or later or not at all.
    return shell('exec 2>/dev/null; setsid sleep 300 & sleep 300 & kill -KILL $!; '
                 'wait $! || echo "line of the child: $?"', [trace])


@dsl.container_component
def fail_without(marker: str, trace: str):
    return shell('test -e "$1"', [trace, marker])


@dsl.container_component
def tell(trace: str, status: dsl.PipelineTaskFinalStatus):
    return shell('echo "$1" | grep -q pipelineJobResourceName', [trace, status])


@dsl.component(base_image='python:3.11')
def think(trace: str, number: int, thought: dsl.Output[dsl.Artifact]) -> int:
    import os
    import time
    with open(trace, 'a') as file:
        file.write(f'{os.getcwd()} {os.environ["TMPDIR"]}\n')
    thought.metadata['number'] = number
    # A place that is not the artifact's: what is there is taken away from it.
    thought.custom_path = os.path.abspath('thought')
    with open(thought.custom_path, 'w') as file:
        file.write(str(number))
    time.sleep(0.02)
    return number * number


@dsl.component(base_image='python:3.11')
def add_up(trace: str, numbers: list) -> int:
    import os
    with open(trace, 'a') as file:
        file.write(f'{os.getcwd()} {os.environ["TMPDIR"]}\n')
    return sum(int(number) for number in numbers)


def uncached(task):
    return task.set_caching_options(False)


@dsl.pipeline(name='crash-points')
def everything(trace: str, marker: str):
    """A loop, retries, an exit handler, a cached step, warm Python, killed processes, and a step that fails until the run
    is retried."""
    with dsl.ExitHandler(uncached(tell(trace=trace))):
        first = produce(trace=trace, number=1)
        # The same step with the same inputs: it takes over what the first has put out.
        again = produce(trace=trace, number=1).after(first)
        uncached(consume(trace=trace, data=again.outputs['data']))
        unsure = uncached(fail_at_first(trace=trace)).set_retry(2)
        uncached(killed_at_first(trace=trace)).set_retry(1)
        uncached(bereaved(trace=trace))
        with dsl.ParallelFor([10, 20, 30], parallelism=2) as number:
            thought = uncached(think(trace=trace, number=number))
            made = uncached(produce(trace=trace, number=thought.outputs['Output']))
            uncached(consume(trace=trace, data=made.outputs['data']))
        uncached(add_up(trace=trace, numbers=dsl.Collected(thought.outputs['Output'])))
        stubborn = uncached(fail_without(trace=trace, marker=marker)).after(unsure)
        uncached(consume(trace=trace, data=first.outputs['data'])).after(stubborn)
