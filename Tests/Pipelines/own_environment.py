"""A component that asks for a virtual environment of its own and for a package in it."""

from kfp import dsl


@dsl.component(base_image='python:3.11', packages_to_install=['six==1.17.0'], use_venv=True)
def use_package() -> str:
    import six

    return six.__version__


@dsl.pipeline(name='own-environment')
def own_environment() -> str:
    return use_package().output
