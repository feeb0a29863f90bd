"""Values: Python components, defaults, constants with placeholders, a nested pipeline, root outputs."""
from typing import Optional

from kfp import compiler, dsl


@dsl.component(install_kfp_package=False)
def double(number: int, label: str = "twice") -> int:
    print(label)
    return number * 2


@dsl.pipeline
def quadruple(number: int = 1) -> int:
    first = double(number=number)
    return double(number=first.output, label=f"again {first.output} in {dsl.PIPELINE_JOB_NAME_PLACEHOLDER}").output


@dsl.pipeline(name="values", description="Doubles and doubles again", display_name="Values")
def values(number: int, ratio: float = 0.5, flags: list = [True, "x"], note: Optional[str] = None) -> int:
    inner = quadruple(number=number).set_retry(2, backoff_duration="5s", backoff_factor=3.0, backoff_max_duration="60s")
    last = double(number=inner.output).set_display_name("The last").set_caching_options(True, cache_key="mine")
    double(number=3).after(last).set_caching_options(False)
    return last.output


compiler.Compiler().compile(values, __file__.removesuffix("py") + "json")
