"""Pipelines that several tests use. Shell steps where Python adds nothing: they need no environment."""

from typing import List, Optional

from kfp import dsl


@dsl.container_component
def sh(script: str):
    """Runs a script that a test wrote."""
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec'], args=[script])


@dsl.container_component
def append(line: str, path: str, seconds: float = 0.0):
    """Sleeps, then appends one line to a file: the trace of having run."""
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'sleep "$2"; echo "$0" >> "$1"'], args=[line, path, seconds])


@dsl.container_component
def answer(number: int, result: dsl.OutputPath(int)):
    """The smallest step with an output."""
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; echo "$0" > "$1"'],
        args=[number, result])


@dsl.pipeline(name='one-answer')
def one_answer(number: int = 42) -> int:
    return answer(number=number).outputs['result']


@dsl.pipeline(name='one-script')
def one_script(script: str):
    sh(script=script)


@dsl.pipeline(name='four-chains')
def four_chains(path: str, seconds: float = 1.0):
    """Twenty steps: four chains of five, side by side."""
    for chain in range(4):
        before = None
        for link in range(5):
            step = append(line=f'chain {chain} link {link}', path=path, seconds=seconds)
            step.set_display_name(f'chain {chain}, link {link}')
            if before is not None:
                step.after(before)
            before = step


# What the chains leave behind.
EVERY_STEP = sorted(f'chain {chain} link {link}' for chain in range(4) for link in range(5))


@dsl.pipeline(name='typed-inputs')
def typed_inputs(whole: int, real: float, flag: bool, text: str, items: list, table: dict,
                 preset: str = 'preset', maybe: Optional[str] = None):
    """Never run: its inputs are what the tests of bad parameters need."""
    sh(script='true')


@dsl.pipeline(name='two-steps')
def two_steps() -> int:
    first = answer(number=1)
    return answer(number=first.outputs['result']).outputs['result']


@dsl.component(base_image='python:3.11')
def describe(whole: int, real: float, flag: bool, text: str, items: List[int], table: dict,
             preset: str = 'preset', maybe: Optional[str] = None) -> str:
    """What a component sees of its inputs, with the Python types they have there."""
    import json

    # JSON does not tell 0 from 0.0, so a `float` may arrive as either.
    return json.dumps([[type(value).__name__, value] for value in (whole, flag, text, items, table, preset, maybe)]
                      + [['number', real]])


@dsl.container_component
def tell(text: str, said: dsl.OutputPath(str)):
    """Gives its input back."""
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; printf %s "$0" > "$1"'],
        args=[text, said])
