"""The chain and the fan-out with Luigi: its local scheduler, two workers, which fork a process for each task."""

import pathlib
import tempfile
import time

import luigi

import peer_shapes


class Count(luigi.Task):
    """Adds 1 to what the task before it wrote or, where there is none, to its number."""

    folder = luigi.Parameter()
    number = luigi.IntParameter()
    chained = luigi.BoolParameter()

    def requires(self):
        if self.chained and self.number > 0:
            return [Count(self.folder, self.number - 1, True)]
        return []

    def output(self):
        return luigi.LocalTarget(pathlib.Path(self.folder) / str(self.number))

    def run(self):
        value = self.number
        for before in self.input():
            with before.open() as file:
                value = int(file.read())
        with self.output().open('w') as file:
            file.write(str(value + 1))


def main():
    shape, tasks = peer_shapes.wanted()
    with tempfile.TemporaryDirectory() as folder:
        numbers = [tasks - 1] if shape == 'chain' else range(tasks)
        targets = [Count(folder, number, shape == 'chain') for number in numbers]
        began = time.perf_counter()
        luigi.build(targets, local_scheduler=True, workers=2, log_level='WARNING')
        seconds = time.perf_counter() - began
        values = [int(pathlib.Path(target.output().path).read_text()) for target in targets]
    peer_shapes.tell(shape, tasks, values, seconds)


if __name__ == '__main__':
    main()
