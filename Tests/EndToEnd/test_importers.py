"""`dsl.importer`: artifacts that were there before the pipeline."""

from kfp import dsl
from pipelines import tell


@dsl.component(base_image='python:3.11')
def read(data: dsl.Input[dsl.Dataset]) -> dict:
    return {'text': open(data.path).read(), 'metadata': dict(data.metadata)}


@dsl.pipeline(name='importing')
def importing(uri: str, version: str):
    known = dsl.importer(
        artifact_uri=uri, artifact_class=dsl.Dataset, reimport=False,
        metadata={'version': version, 'fixed': 'yes', 'label-{0}'.format(version): [version, 3]})
    read(data=known.output)


@dsl.pipeline(name='importing-anew')
def importing_anew(uri: str):
    dsl.importer(artifact_uri=uri, artifact_class=dsl.Model, reimport=True)


@dsl.pipeline(name='importing-made')
def importing_made(uri: str):
    told = tell(text=uri)
    read(data=dsl.importer(
        artifact_uri=told.outputs['said'], artifact_class=dsl.Dataset, reimport=False).output)


def test_an_imported_artifact_has_its_place_type_and_metadata(server, side_effects):
    side_effects.write_text('old data')
    tasks = server.succeed(importing, uri=str(side_effects), version='v3')
    imported = tasks['importer'].artifacts['artifact']
    assert (imported.uri, imported.type) == (str(side_effects), 'Dataset')
    assert imported.metadata == {'version': 'v3', 'fixed': 'yes', 'label-v3': ['v3', 3]}
    assert tasks['importer'].raw['type'] == 'IMPORTER'
    seen = tasks['read'].parameters['Output']
    assert seen['text'] == 'old data'
    assert seen['metadata']['label-v3'] == ['v3', 3]


def test_an_artifact_is_found_again_unless_it_is_to_be_imported_anew(server, side_effects):
    def imported(pipeline, **parameters):
        tasks = server.succeed(pipeline, uri=str(side_effects), **parameters)
        return tasks['importer'].artifacts['artifact'].id

    assert imported(importing, version='1') == imported(importing, version='1')
    assert imported(importing, version='1') != imported(importing, version='2')
    assert imported(importing_anew) != imported(importing_anew)


def test_a_uri_may_come_from_an_earlier_step(server, side_effects):
    side_effects.write_text('found')
    tasks = server.succeed(importing_made, uri=str(side_effects))
    assert tasks['read'].parameters['Output']['text'] == 'found'
