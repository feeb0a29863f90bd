"""Flow: conditions, one-of, loops, collected outputs, members of structs, an exit task with the final status."""
from typing import List

from kfp import compiler, dsl


@dsl.component(install_kfp_package=False)
def echo(text: str) -> str:
    return text


@dsl.component(install_kfp_package=False)
def total(texts: List[str] = []) -> str:
    return "".join(texts)


@dsl.component(install_kfp_package=False)
def report(status: dsl.PipelineTaskFinalStatus):
    print(status.state)


@dsl.component(install_kfp_package=False)
def configure(settings: dsl.TaskConfig, text: str = ""):
    print(settings)


@dsl.pipeline
def choose(coin: str) -> str:
    with dsl.If(coin == "heads"):
        heads = echo(text="h")
    with dsl.Elif(coin == "tails"):
        tails = echo(text="t")
    with dsl.Else():
        edge = echo(text="e")
    return dsl.OneOf(heads.output, tails.output, edge.output)


@dsl.pipeline(name="flow")
def flow(words: List[str], settings: dict = {"name": "x"}):
    with dsl.ExitHandler(report()):
        coin = echo(text="heads")
        choose(coin=coin.output)
        with dsl.ParallelFor(words, parallelism=2) as word:
            said = echo(text=word)
        total(texts=dsl.Collected(said.output)).ignore_upstream_failure()
        configure()
    with dsl.ParallelFor([{"a": "x"}, {"a": "y"}]) as item:
        echo(text=item.a)


compiler.Compiler().compile(flow, __file__.removesuffix("py") + "json")
