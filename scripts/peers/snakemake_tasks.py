"""The chain and the fan-out with Snakemake: two cores, each task a Python script, which is a process of its own."""

import pathlib
import subprocess
import sys
import tempfile
import time

import peer_shapes


def main():
    shape, tasks = peer_shapes.wanted()
    rules = pathlib.Path(__file__).resolve().with_name('snakemake_rules')
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run([sys.executable, '-m', 'snakemake', '--snakefile', rules / 'Snakefile', '--directory', folder,
                        '--cores', '2', '--quiet', 'all', '--config', f'shape={shape}', f'tasks={tasks}'],
                       check=True, stdout=sys.stderr)
        seconds = time.perf_counter() - began
        made = [tasks] if shape == 'chain' else range(1, tasks + 1)
        values = [int((pathlib.Path(folder) / f'{number}.txt').read_text()) for number in made]
    peer_shapes.tell(shape, tasks, values, seconds)


if __name__ == '__main__':
    main()
