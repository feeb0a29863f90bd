"""A file and a folder that travel inside of the component."""

import pathlib
import tempfile

from kfp import dsl

# The compiler reads them when the component is declared, so they need not stay.
with tempfile.TemporaryDirectory() as _folder:
    _words = pathlib.Path(_folder) / 'words'
    _words.mkdir()
    (_words / 'first.txt').write_text('from a folder')

    @dsl.component(base_image='python:3.11', embedded_artifact_path=str(_words))
    def read_folder(words: dsl.EmbeddedInput[dsl.Dataset]) -> str:
        import os

        return open(os.path.join(words.path, 'first.txt')).read()

    @dsl.component(base_image='python:3.11', embedded_artifact_path=str(_words / 'first.txt'))
    def read_file(words: dsl.EmbeddedInput[dsl.Dataset], suffix: str) -> str:
        return open(words.path).read() + ', ' + suffix


@dsl.pipeline(name='embedded')
def embedded() -> str:
    return read_file(suffix=read_folder().output).output
