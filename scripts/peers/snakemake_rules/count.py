"""Adds 1 to what the task before it wrote or, where there is none, to its number; `snakemake` is put there by the
program that runs this."""

import pathlib

value = int(pathlib.Path(snakemake.input[0]).read_text()) if snakemake.input else snakemake.params.number  # noqa: F821
pathlib.Path(snakemake.output[0]).write_text(str(value + 1))  # noqa: F821
