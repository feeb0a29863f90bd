"""Containers: every placeholder the SDK writes, resources, environment, artifacts, an importer."""
from typing import Optional

from kfp import compiler, dsl


@dsl.container_component
def make(rows: int, table: dsl.Output[dsl.Dataset], count: dsl.OutputPath(int), comment: Optional[str] = None):
    return dsl.ContainerSpec(
        image="alpine:3",
        command=["make-table", dsl.ConcatPlaceholder(["--rows=", rows])],
        args=[
            table.path, table.uri, table.metadata, count,
            dsl.IfPresentPlaceholder(input_name="comment", then=["--comment", comment], else_=["--silent"]),
            dsl.ConcatPlaceholder(["a", dsl.IfPresentPlaceholder(input_name="comment", then=comment, else_="none")]),
        ],
    )


@dsl.container_component
def read(table: dsl.Input[dsl.Dataset], model: dsl.Input[dsl.Model]):
    return dsl.ContainerSpec(image="alpine:3", command=["read", table.path, table.uri, model.metadata])


@dsl.pipeline(name="containers")
def containers(rows: int = 3):
    made = make(rows=rows, comment=f"{rows} rows")
    made.set_cpu_limit("2").set_memory_limit("512Mi").set_memory_request("256Mi").set_cpu_request("500m")
    made.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1).set_env_variable("MODE", "fast")
    stored = dsl.importer(artifact_uri="s3://bucket/model", artifact_class=dsl.Model, reimport=True, metadata={"kind": "tree"})
    read(table=made.outputs["table"], model=stored.output)


compiler.Compiler().compile(containers, __file__.removesuffix("py") + "json")
