"""What every workflow beside this file has in common: its two shapes, and what it tells when it is through.

A workflow is called as `FILE chain N` or `FILE fan N`. A chain counts from 0 to N in N tasks, each of which adds 1 to
what the one before it made; a fan-out is N tasks that add 1 to the numbers from 0 to N - 1, each for itself. It prints
one line of JSON last: the seconds of its run, and the values, which have been found to be right.
"""

import json
import sys

# How that line begins, which is how it is told from what the program itself prints.
MARK = '{"seconds": '


def wanted():
    """The shape and the number of tasks, from the command line."""
    if len(sys.argv) != 3 or sys.argv[1] not in ('chain', 'fan') or not sys.argv[2].isdigit():
        raise SystemExit(f'usage: {sys.argv[0]} chain|fan N')
    return sys.argv[1], int(sys.argv[2])


def verify(shape, tasks, values):
    """Raises ValueError unless the values are that of the last task of a chain, or those of all tasks of a fan-out."""
    right = [tasks] if shape == 'chain' else list(range(1, tasks + 1))
    if sorted(values) != right:
        raise ValueError(f'{shape} of {tasks}: the values are {values}, and should be {right}')


def tell(shape, tasks, values, seconds):
    """Prints the line the measuring program reads, if the values are right."""
    verify(shape, tasks, values)
    print(json.dumps({'seconds': seconds, 'values': sorted(values)}), flush=True)
