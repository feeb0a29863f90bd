"""A notebook as a component: it gets values, runs, and leaves a file behind."""

import json
import pathlib
import tempfile

from kfp import dsl

_CELLS = [
    # The tagged cell holds defaults; what the component passes comes after it.
    {'cell_type': 'code', 'id': 'defaults', 'metadata': {'tags': ['parameters']}, 'execution_count': None,
     'outputs': [], 'source': 'times = 1\nplace = ""'},
    {'cell_type': 'code', 'id': 'work', 'metadata': {}, 'execution_count': None, 'outputs': [],
     'source': 'with open(place, "w") as file:\n    file.write("martlet " * times)\nprint("the notebook ran")'},
]
_NOTEBOOK = {
    'cells': _CELLS, 'nbformat': 4, 'nbformat_minor': 5,
    'metadata': {'kernelspec': {'display_name': 'Python 3', 'language': 'python', 'name': 'python3'}},
}

with tempfile.TemporaryDirectory() as _folder:
    _path = pathlib.Path(_folder) / 'work.ipynb'
    _path.write_text(json.dumps(_NOTEBOOK))

    @dsl.notebook_component(notebook_path=str(_path), base_image='python:3.11')
    def run_notebook(times: int, written: dsl.Output[dsl.Artifact]):
        dsl.run_notebook(times=times, place=written.path)


@dsl.pipeline(name='notebook')
def notebook(times: int = 3):
    run_notebook(times=times)
