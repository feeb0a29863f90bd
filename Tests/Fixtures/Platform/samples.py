"""Pipelines that use every setting of kfp.kubernetes, compiled into samples.json beside this file.

Run it with a Python that has kfp and kfp-kubernetes; the answers in samples.json came from kfp 2.17.0 and
kfp-kubernetes 2.17.3. Each sample is the second document of the compiled package, the platform spec; the one
of volume claims keeps the container and the inputs of its tasks, too.
"""

import json
import pathlib
import tempfile

import yaml
from kfp import compiler, dsl, kubernetes


@dsl.container_component
def step():
    return dsl.ContainerSpec(image="busybox", command=["true"])


@dsl.container_component
def name_a_claim(name: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="busybox", command=["sh", "-c", "echo data > $0", name])


@dsl.pipeline(name="environment")
def environment(secret: str = "account", settings: str = "settings"):
    task = step()
    kubernetes.use_secret_as_env(task, "db", {"password": "DB_PASSWORD", "user": "DB_USER"})
    kubernetes.use_secret_as_env(task, secret, {"token": "TOKEN"}, optional=True)
    kubernetes.use_config_map_as_env(task, "limits", {"rows": "ROWS"})
    kubernetes.use_config_map_as_env(task, settings, {"mode": "MODE"}, optional=True)
    kubernetes.use_field_path_as_env(task, "POD_NAME", "metadata.name")
    kubernetes.use_field_path_as_env(task, "POD_IP", "status.podIP")


@dsl.pipeline(name="volumes")
def volumes(secret: str = "keys", settings: str = "settings", claim: str = "shared"):
    producer = name_a_claim()
    task = step()
    kubernetes.use_secret_as_volume(task, "certificates", "/etc/certificates")
    kubernetes.use_secret_as_volume(task, secret, "/etc/keys", optional=True)
    kubernetes.use_config_map_as_volume(task, "dictionary", "/etc/dictionary")
    kubernetes.use_config_map_as_volume(task, settings, "/etc/settings", optional=True)
    kubernetes.mount_pvc(task, "archive", "/archive")
    kubernetes.mount_pvc(task, "archive", "/archive-of-today", sub_path="days/today")
    kubernetes.mount_pvc(task, claim, "/shared")
    kubernetes.mount_pvc(task, producer.outputs["name"], "/data")
    kubernetes.add_ephemeral_volume(task, "scratch", "/scratch", ["ReadWriteOnce"], "5Gi")
    kubernetes.add_ephemeral_volume(
        task, "fast", "/fast", ["ReadWriteOnce", "ReadOnlyMany"], "500Mi", storage_class_name="nvme",
        labels={"team": "birds"}, annotations={"note": "a cache"})
    kubernetes.empty_dir_mount(task, "plain", "/plain")
    kubernetes.empty_dir_mount(task, "memory", "/dev/shm", medium="Memory", size_limit="1Gi")


@dsl.pipeline(name="placement")
def placement(taint: dict = {}, taints: list = [], affinity: dict = {}):
    task = step()
    kubernetes.add_node_selector(task, "disktype", "ssd")
    kubernetes.add_node_selector(task, "zone", "north")
    kubernetes.add_toleration(task, key="gpu", operator="Equal", value="yes", effect="NoSchedule")
    kubernetes.add_toleration(task, operator="Exists", effect="NoExecute", toleration_seconds=300)
    kubernetes.add_toleration_json(task, {"key": "spot", "operator": "Exists"})
    kubernetes.add_toleration_json(task, taint)
    kubernetes.add_toleration_json(task, taints)
    kubernetes.add_node_affinity(
        task, match_expressions=[{"key": "arch", "operator": "In", "values": ["amd64", "arm64"]}],
        match_fields=[{"key": "metadata.name", "operator": "NotIn", "values": ["old"]}])
    kubernetes.add_node_affinity(task, match_expressions=[{"key": "fast", "operator": "Exists"}], weight=20)
    kubernetes.add_node_affinity_json(task, affinity)


@dsl.pipeline(name="placement-by-json")
def placement_by_json(selector: dict = {"disktype": "hdd"}):
    parameter = step()
    kubernetes.add_node_selector(parameter, "disktype", "ssd")
    kubernetes.add_node_selector_json(parameter, selector)
    constant = step()
    kubernetes.add_node_selector_json(constant, {"zone": "south"})
    kubernetes.add_node_affinity_json(constant, {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {"matchExpressions": [{"key": "arch", "operator": "In", "values": ["arm64"]}]}]},
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 7, "preference": {"matchFields": [
                {"key": "metadata.name", "operator": "In", "values": ["n1"]}]}}]})


@dsl.pipeline(name="pod")
def pod(pull: str = "registry"):
    task = step()
    kubernetes.add_pod_label(task, "team", "birds")
    kubernetes.add_pod_annotation(task, "sidecar.istio.io/inject", "false")
    kubernetes.set_image_pull_policy(task, "Always")
    kubernetes.set_image_pull_secrets(task, ["mirror"])
    kubernetes.set_image_pull_secrets(task, [pull])
    kubernetes.set_timeout(task, 90)
    kubernetes.set_security_context(task, run_as_user=1000, run_as_group=2000, run_as_non_root=True)


@dsl.pipeline(
    name="whole-run",
    pipeline_config=dsl.PipelineConfig(
        ttl_seconds_after_finished=3600, ttl_seconds_after_success=60, ttl_seconds_after_failure=86400,
        active_deadline_seconds=7200,
        workspace=dsl.WorkspaceConfig(
            size="10Gi",
            kubernetes=dsl.KubernetesWorkspaceConfig(
                pvcSpecPatch={"accessModes": ["ReadWriteMany"], "storageClassName": "nfs"}))))
def whole_run():
    step()


@dsl.pipeline(name="within-a-loop")
def within_a_loop(claim: str = "shared", lists: list = ["a", "b"]):
    producer = name_a_claim()
    with dsl.ParallelFor(items=lists) as item:
        task = step()
        kubernetes.mount_pvc(task, claim, "/shared")
        kubernetes.mount_pvc(task, producer.outputs["name"], "/data")
        kubernetes.use_secret_as_env(task, item, {"token": "TOKEN"})


@dsl.pipeline(name="volume-claims")
def volume_claims(name: str = "kept"):
    made = kubernetes.CreatePVC(pvc_name_suffix="-data", access_modes=["ReadWriteOnce"], size="5Gi")
    kubernetes.CreatePVC(
        pvc_name=name, access_modes=["ReadOnlyMany"], size="1Gi", storage_class_name="nfs", volume_name="pv7",
        annotations={"owner": "birds"},
        data_source={"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "monday"})
    task = step()
    kubernetes.mount_pvc(task, made.outputs["name"], "/data")
    kubernetes.DeletePVC(pvc_name=made.outputs["name"]).after(task)


def compiled(pipeline):
    """The documents of a compiled pipeline: its spec and, where there is one, its platform spec."""
    with tempfile.TemporaryDirectory() as folder:
        package = pathlib.Path(folder) / "package.yaml"
        compiler.Compiler().compile(pipeline, str(package))
        return list(yaml.safe_load_all(package.read_text()))


def main():
    pipelines = [
        environment, volumes, placement, placement_by_json, pod, whole_run, within_a_loop, volume_claims]
    samples = {}
    for pipeline in pipelines:
        spec, platform = compiled(pipeline)
        samples[pipeline.name] = platform
    samples["volume-claims"] = {
        "platformSpec": platform,
        "executors": spec["deploymentSpec"]["executors"],
        "tasks": spec["root"]["dag"]["tasks"],
    }
    target = pathlib.Path(__file__).with_name("samples.json")
    target.write_text(json.dumps(samples, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
