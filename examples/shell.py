"""Steps that are programs, not Python functions: container components.

    python examples/shell.py [--host URL]

A container component says which command to run and where its inputs and outputs go. Local runs do not use
the image: `sh` and `cat` come from this machine. The same file runs in containers unchanged.
"""

import argparse
from typing import Optional

from kfp import Client, dsl


@dsl.container_component
def write(text: str, poem: dsl.Output[dsl.Artifact], title: Optional[str] = None):
    """Writes a file, with a title line if there is a title."""
    return dsl.ContainerSpec(
        image='alpine:3',
        command=['sh', '-ec', '''
            out="$1"; shift
            mkdir -p "$(dirname "$out")"
            for line in "$@"; do echo "$line"; done > "$out"
        ''', 'write'],
        args=[
            # The path at which the artifact's file must be written.
            poem.path,
            # Argument(s) that are only there if the optional input was given.
            dsl.IfPresentPlaceholder(
                input_name='title', then=['== ', title], else_=['(without a title)']),
            # One argument put together from several parts.
            dsl.ConcatPlaceholder(['"', text, '"']),
        ])


@dsl.container_component
def count(poem: dsl.Input[dsl.Artifact], lines: dsl.OutputPath(int), report: dsl.OutputPath(str)):
    """Reads the artifact and returns two output parameters, each through a file."""
    return dsl.ContainerSpec(
        image='alpine:3',
        command=['sh', '-ec', '''
            mkdir -p "$(dirname "$1")" "$(dirname "$2")"
            wc -l < "$0" > "$1"
            cat "$0" > "$2"
        '''],
        args=[poem.path, lines, report])


@dsl.container_component
def say(lines: int, report: str, uri: str):
    """Plain parameters on the command line, a number and two texts."""
    return dsl.ContainerSpec(
        image='alpine:3', command=['echo'], args=['lines:', lines, 'report:', report, 'from:', uri])


@dsl.container_component
def locate(poem: dsl.Input[dsl.Artifact], uri: dsl.OutputPath(str)):
    """An artifact's URI says where it is stored, whatever its path on this machine."""
    return dsl.ContainerSpec(
        image='alpine:3',
        command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; printf %s "$0" > "$1"'],
        args=[poem.uri, uri])


@dsl.pipeline(name='shell', description='Writes a file, counts its lines, says so.')
def shell(text: str = 'all that is gold', title: Optional[str] = None) -> int:
    written = write(text=text, title=title)
    counted = count(poem=written.outputs['poem'])
    located = locate(poem=written.outputs['poem'])
    say(lines=counted.outputs['lines'], report=counted.outputs['report'], uri=located.outputs['uri'])
    return counted.outputs['lines']


if __name__ == '__main__':
    options = argparse.ArgumentParser(description='Run the shell pipeline.')
    options.add_argument('--host', default='http://127.0.0.1:8888', help='where the server is')
    host = options.parse_args().host

    run = Client(host=host).create_run_from_pipeline_func(shell, arguments={'title': 'A poem'})
    finished = run.wait_for_run_completion(timeout=600)
    print(f'{finished.display_name}: {finished.state}')
