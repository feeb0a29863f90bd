"""The API through KFP's own generated client, and the small things its tests share."""

import contextlib
import json
import pathlib
import tempfile
import uuid

import kfp_server_api
import pytest
import yaml
from harness import compiled
from pipelines import one_answer

SPEC = compiled(one_answer)
NOBODY = '00000000-0000-0000-0000-000000000000'
STRANGE = 'invalid-id-!@#$%'


class API:
    """All services of one server."""

    def __init__(self, url):
        client = kfp_server_api.ApiClient(kfp_server_api.Configuration(host=url))
        self.pipelines = kfp_server_api.PipelineServiceApi(client)
        self.uploads = kfp_server_api.PipelineUploadServiceApi(client)
        self.experiments = kfp_server_api.ExperimentServiceApi(client)
        self.runs = kfp_server_api.RunServiceApi(client)

    def pipeline(self, name=None, **fields):
        """A new pipeline without versions."""
        return self.pipelines.pipeline_service_create_pipeline(
            kfp_server_api.V2beta1Pipeline(name=name or unique('pipeline'), **fields))

    def uploaded(self, name=None, **fields):
        """A new pipeline with one version."""
        with file() as path:
            return self.uploads.upload_pipeline(path, name=name or unique('uploaded'), **fields)

    def version(self, pipeline, name=None, **fields):
        """A new version of a pipeline."""
        with file() as path:
            return self.uploads.upload_pipeline_version(
                path, pipelineid=pipeline.pipeline_id, name=name or unique('version'), **fields)

    def versions(self, pipeline, **query):
        return self.pipelines.pipeline_service_list_pipeline_versions(pipeline.pipeline_id, **query)

    def experiment(self, name=None, **fields):
        return self.experiments.experiment_service_create_experiment(
            kfp_server_api.V2beta1Experiment(display_name=name or unique('experiment'), **fields))

    def run(self, name=None, **fields):
        """A new run; of one small pipeline unless the fields name another."""
        if 'pipeline_version_reference' not in fields:
            fields.setdefault('pipeline_spec', SPEC)
        return self.runs.run_service_create_run(
            kfp_server_api.V2beta1Run(display_name=name or unique('run'), **fields))


@contextlib.contextmanager
def file(content=None, name='pipeline.yaml'):
    """A file to upload; a small pipeline unless said otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        path.write_bytes(yaml.safe_dump(SPEC).encode() if content is None else content)
        yield str(path)


def unique(text):
    return f'{text}-{uuid.uuid4().hex[:8]}'


def where(*predicates):
    """A filter: each predicate is key, operation, field of the value, value."""
    return json.dumps({'predicates': [
        {'key': key, 'operation': operation, field: value} for key, operation, field, value in predicates]})


def named(text):
    """A filter on a part of the name."""
    return where(('name', 'IS_SUBSTRING', 'string_value', text))


def everything(list_page, rows, **query):
    """All rows of a list, page by page, and the number of pages."""
    found, pages, token = [], 0, ''
    while True:
        page = list_page(page_token=token, **query)
        found += getattr(page, rows) or []
        pages += 1
        token = page.next_page_token
        if not token:
            return found, pages


@contextlib.contextmanager
def refused(*statuses, words=()):
    """The request inside must be refused, with a sentence that has these words."""
    with pytest.raises(kfp_server_api.ApiException) as error:
        yield
    assert error.value.status in statuses, f'{error.value.status} {error.value.body}'
    body = json.loads(error.value.body)
    sentence = body.get('message') or body.get('error_details')
    assert sentence, body
    for word in words:
        assert word in sentence, f'{word!r} is not in {sentence!r}'
