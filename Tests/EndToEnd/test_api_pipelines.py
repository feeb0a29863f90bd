"""Pipelines and versions through the generated client: the cases that KFP's own API suite has, and ours."""

import datetime
import json

import kfp_server_api
import pytest
from api import NOBODY, SPEC, STRANGE, everything, file, named, refused, unique, where

LONG = 'x' * 64
BAD_TAGS = [
    pytest.param({LONG: 'v'}, id='long key'), pytest.param({'k': LONG}, id='long value'),
    pytest.param({'': 'v'}, id='empty key'), pytest.param({'a.b': 'v'}, id='dot in the key'),
    pytest.param({f'k{n}': 'v' for n in range(21)}, id='21 tags'),
]


def names(rows):
    return [row.name for row in rows or []]


@pytest.fixture(scope='module')
def four(api):
    """Four pipelines whose names sort otherwise than their display names, and a text all names have."""
    text = unique('four')
    made = [api.pipeline(f'{text}-{name}', display_name=f'{text} {shown}', description=f'about {name} {text}',
                         tags={'family': text, 'name': name})
            for name, shown in zip('abcd', 'zyxw')]
    return text, made


@pytest.fixture(scope='module')
def versioned(api):
    """A pipeline with a first version and three more."""
    pipeline = api.uploaded()
    made = [api.version(pipeline, f'v-{name}', display_name=f'shown {shown}', description=f'about {name}',
                        tags=json.dumps({'name': name, 'all': 'yes'}))
            for name, shown in zip('abc', 'zyx')]
    return pipeline, made


# Lists

def lister(api, four, versioned, kind):
    if kind == 'pipelines':
        return api.pipelines.pipeline_service_list_pipelines, 'pipelines', named(four[0]), 4
    return (lambda **query: api.versions(versioned[0], **query)), 'pipeline_versions', named('v-'), 3


@pytest.mark.parametrize('kind', ['pipelines', 'versions'])
@pytest.mark.parametrize('key', ['name', 'display_name', 'created_at', 'id'])
@pytest.mark.parametrize('direction', ['asc', 'desc'])
def test_lists_are_sorted_and_paged(api, four, versioned, kind, key, direction):
    list_page, rows, only, count = lister(api, four, versioned, kind)
    found, pages = everything(list_page, rows, page_size=2, filter=only, sort_by=f'{key} {direction}')
    assert (len(found), pages) == (count, 2)
    attribute = {'id': 'pipeline_id' if kind == 'pipelines' else 'pipeline_version_id'}.get(key, key)
    values = [getattr(row, attribute) for row in found]
    assert values == sorted(values, reverse=direction == 'desc')
    assert len({row.to_str() for row in found}) == count


@pytest.mark.parametrize('kind', ['pipelines', 'versions'])
@pytest.mark.parametrize('predicate, expected', [
    (('name', 'EQUALS', 'string_value', '{a}'), 'a'),
    (('name', 'NOT_EQUALS', 'string_value', '{a}'), 'bcd'),
    (('name', 'GREATER_THAN', 'string_value', '{b}'), 'cd'),
    (('name', 'GREATER_THAN_EQUALS', 'string_value', '{b}'), 'bcd'),
    (('name', 'LESS_THAN', 'string_value', '{b}'), 'a'),
    (('name', 'LESS_THAN_EQUALS', 'string_value', '{b}'), 'ab'),
    (('name', 'IN', 'string_values', {'values': ['{a}', '{c}', 'nobody']}), 'ac'),
    (('description', 'IS_SUBSTRING', 'string_value', 'about b'), 'b'),
    (('created_at', 'GREATER_THAN', 'timestamp_value', '2000-01-01T00:00:00Z'), 'abcd'),
    (('created_at', 'GREATER_THAN', 'string_value', '2000-01-01T00:00:00Z'), 'abcd'),
    (('created_at', 'LESS_THAN', 'long_value', '1000000000'), ''),
    (('tags.name', 'EQUALS', 'string_value', 'c'), 'c'),
    (('tags.name', 'EQUALS', 'string_value', 'wrong'), ''),
    (('tags.nobody', 'EQUALS', 'string_value', 'c'), ''),
    (('name', 'EQUALS', 'string_value', ''), ''),
    (('name', 1, 'stringValue', '{a}'), 'a'),
])
def test_filters_find_what_they_say(api, four, versioned, kind, predicate, expected):
    list_page, rows, only, _ = lister(api, four, versioned, kind)
    prefix = four[0] + '-' if kind == 'pipelines' else 'v-'
    text = json.dumps(predicate)
    for letter in 'abc':
        text = text.replace('{%s}' % letter, prefix + letter)
    both = json.dumps({'predicates': json.loads(where(json.loads(text)))['predicates']
                       + json.loads(only)['predicates']})
    page = list_page(filter=both, sort_by='name')
    wanted = [prefix + letter for letter in expected if letter != 'd' or kind == 'pipelines']
    assert names(getattr(page, rows)) == wanted
    assert (page.total_size or 0) == len(wanted)


@pytest.mark.parametrize('kind', ['pipelines', 'versions'])
def test_several_tags_must_all_fit(api, four, versioned, kind):
    list_page, rows, only, count = lister(api, four, versioned, kind)
    common = ('tags.family', 'EQUALS', 'string_value', four[0]) if kind == 'pipelines' else (
        'tags.all', 'EQUALS', 'string_value', 'yes')
    assert len(getattr(list_page(filter=where(common)), rows)) == count
    found = list_page(filter=where(common, ('tags.name', 'EQUALS', 'string_value', 'b')))
    assert [name[-1] for name in names(getattr(found, rows))] == ['b']
    assert getattr(found, rows)[0].tags['name'] == 'b'


@pytest.mark.parametrize('kind', ['pipelines', 'versions'])
@pytest.mark.parametrize('predicate', [
    ('id', 'IN', 'string_value', 'x'), ('id', 'EQUALS', 'string_values', {'values': ['x']}),
    ('tags.team', 'NOT_EQUALS', 'string_value', 'x'), ('tags.team', 'EQUALS', 'int_value', 1),
    ('name', 'IS_SUBSTRING', 'int_value', 1), ('name', 'LIKE', 'string_value', 'x'),
    ('name', 'UNKNOWN', 'string_value', 'x'), ('name', 4, 'string_value', 'x'), ('name', 0, 'string_value', 'x'),
    ('colour', 'EQUALS', 'string_value', 'x'), ('', 'EQUALS', 'string_value', 'x'),
    ('created_at', 'EQUALS', 'string_value', 'noon'), ('created_at', 'EQUALS', 'timestamp_value', 'noon'),
    ('created_at', 'IS_SUBSTRING', 'string_value', '2026'), ('name', 'EQUALS', 'strong_value', 'x'),
    ('name', 'EQUALS', 'string_value', None),
], ids=str)
def test_filters_that_make_no_sense_are_refused(api, four, versioned, kind, predicate):
    list_page, *_ = lister(api, four, versioned, kind)
    with refused(400, words=['filter']):
        list_page(filter=where(predicate))


@pytest.mark.parametrize('kind', ['pipelines', 'versions'])
@pytest.mark.parametrize('query', [
    {'page_size': -1}, {'page_token': 'forged'}, {'page_token': 'eyJpZCI6IngifQ=='}, {'sort_by': 'colour'},
    {'sort_by': 'name up'}, {'sort_by': 'name asc, id'}, {'filter': '{'}, {'filter': '[]'},
])
def test_requests_for_lists_that_make_no_sense_are_refused(api, four, versioned, kind, query):
    list_page, *_ = lister(api, four, versioned, kind)
    with refused(400):
        list_page(**query)


def test_a_token_of_another_order_is_refused(api, four):
    token = api.pipelines.pipeline_service_list_pipelines(page_size=1, sort_by='name').next_page_token
    with refused(400, words=['sort_by']):
        api.pipelines.pipeline_service_list_pipelines(page_token=token, sort_by='name desc')


def test_a_namespace_is_passed_over_and_a_huge_page_is_cut(api, four):
    page = api.pipelines.pipeline_service_list_pipelines(
        namespace='kubeflow', page_size=100_000, filter=named(four[0]))
    assert len(page.pipelines) == 4


def test_a_pipeline_without_versions_has_none(api):
    page = api.versions(api.pipeline())
    assert (page.pipeline_versions, page.total_size) == (None, None)


def test_versions_are_those_of_their_pipeline_with_tags_and_spec(api, versioned):
    other = api.uploaded()
    assert len(api.versions(other).pipeline_versions) == 1
    found = api.versions(versioned[0], filter=named('v-')).pipeline_versions
    assert all(version.pipeline_spec['root'] == SPEC['root'] for version in found)
    assert [version.tags['name'] for version in found] == ['a', 'b', 'c']
    assert api.versions(other).pipeline_versions[0].tags is None


# Creating and reading

@pytest.mark.parametrize('name', ['x' * 100, 'x' * 128, 'ASCII !"#$%&\'()*+,-./:;<=>?@[]^_`{|}~', '你好世界-pipeline',
                                  'Ünïcödé 🐦', ' '])
def test_pipelines_have_any_name(api, name):
    name = name[:119] + unique('') if len(name) > 100 else name + unique('')
    made = api.pipeline(name, description='d' * 10_000)
    assert (made.name, made.display_name) == (name, name)
    assert api.pipelines.pipeline_service_get_pipeline(made.pipeline_id).description == 'd' * 10_000
    assert api.pipelines.pipeline_service_get_pipeline_by_name(name).pipeline_id == made.pipeline_id


@pytest.mark.parametrize('name', ['x' * 129, 'x' * 500])
def test_a_name_that_is_too_long_is_refused(api, name):
    with refused(400, words=['128']):
        api.pipeline(name)


@pytest.mark.parametrize('tags', [None, {}, {'team': 'a', 'env': 'prod'}, {'k' * 63: 'v' * 63, 'empty': ''}], ids=str)
def test_tags_come_back_as_they_were_given(api, tags):
    made = api.pipeline(tags=tags)
    assert made.tags == (tags or None)
    assert api.pipelines.pipeline_service_get_pipeline(made.pipeline_id).tags == (tags or None)
    assert api.pipelines.pipeline_service_get_pipeline_by_name(made.name).tags == (tags or None)


@pytest.mark.parametrize('tags', BAD_TAGS)
def test_tags_beyond_the_limits_are_refused_everywhere(api, versioned, tags):
    pipeline, (version, *_) = versioned
    with refused(400, words=['tags']):
        api.pipeline(tags=tags)
    with refused(400, words=['tags']):
        api.uploaded(tags=json.dumps(tags))
    with refused(400, words=['tags']):
        api.version(pipeline, tags=json.dumps(tags))
    with refused(400, words=['tags']):
        api.pipelines.pipeline_service_update_pipeline(pipeline.pipeline_id, {'tags': tags})
    with refused(400, words=['tags']):
        api.pipelines.pipeline_service_update_pipeline_version(
            pipeline.pipeline_id, version.pipeline_version_id, {'tags': tags})
    assert api.pipelines.pipeline_service_get_pipeline(pipeline.pipeline_id).tags is None


def test_a_pipeline_and_its_first_version_come_in_one_request(api, server):
    name = unique('both')
    answer = server.request('POST', '/apis/v2beta1/pipelines/create', {
        'pipeline': {'name': name}, 'pipeline_version': {'display_name': f'{name}-v1', 'pipeline_spec': SPEC,
                                                         'tags': {'a': 'b'}}})
    assert answer.status == 200, answer
    version, = api.versions(kfp_server_api.V2beta1Pipeline(pipeline_id=answer.json['pipeline_id'])).pipeline_versions
    assert (version.display_name, version.tags) == (f'{name}-v1', {'a': 'b'})


@pytest.mark.parametrize('url', ['/nonexistent/pipeline.yaml', 'https://invalid.example.com/pipeline.yaml', ''])
def test_nothing_is_created_from_an_address_that_is_not_allowed(api, url):
    name = unique('from nowhere')
    with refused(400):
        api.pipelines.pipeline_service_create_pipeline_and_version({
            'pipeline': {'name': name},
            'pipeline_version': {'name': 'v', 'package_url': {'pipeline_url': url}}})
    with refused(404):
        api.pipelines.pipeline_service_get_pipeline_by_name(name)


def test_times_are_whole_seconds_of_utc(api):
    made = api.pipeline()
    assert made.created_at.microsecond == 0 and made.created_at.utcoffset() == datetime.timedelta(0)
    assert abs(datetime.datetime.now(datetime.timezone.utc) - made.created_at).total_seconds() < 60


# Changing

def test_tags_and_display_names_are_changed_and_found(api, versioned):
    update = api.pipelines.pipeline_service_update_pipeline
    made = api.pipeline(tags={'team': 'old'})
    assert update(made.pipeline_id, {'tags': {'project': made.name}}).tags == {'project': made.name}
    found = api.pipelines.pipeline_service_list_pipelines(
        filter=where(('tags.project', 'EQUALS', 'string_value', made.name)))
    assert [row.pipeline_id for row in found.pipelines] == [made.pipeline_id]
    changed = update(made.pipeline_id, {'display_name': 'shown', 'tags': {'a': 'b'}})
    assert (changed.name, changed.display_name, changed.tags) == (made.name, 'shown', {'a': 'b'})
    assert update(made.pipeline_id, {'display_name': 'only this'}).tags == {'a': 'b'}
    assert update(made.pipeline_id, {'tags': {}}).tags is None
    assert api.pipelines.pipeline_service_get_pipeline(made.pipeline_id).tags is None

    pipeline, _ = versioned
    version = api.version(pipeline, tags=json.dumps({'team': 'old'}))
    update = api.pipelines.pipeline_service_update_pipeline_version
    changed = update(pipeline.pipeline_id, version.pipeline_version_id,
                     {'display_name': 'shown', 'tags': {'project': 'kfp'}})
    assert (changed.name, changed.display_name, changed.tags) == (version.name, 'shown', {'project': 'kfp'})
    assert update(pipeline.pipeline_id, version.pipeline_version_id, {'tags': {}}).tags is None
    api.pipelines.pipeline_service_delete_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)


def test_a_header_takes_all_tags_away_for_clients_that_cannot_send_an_empty_map(api, server):
    made = api.pipeline(tags={'a': 'b'})
    answer = server.request('PATCH', f'/apis/v2beta1/pipelines/{made.pipeline_id}', {}, {'x-clear-tags': 'true'})
    assert answer.status == 200 and 'tags' not in answer.json, answer


# What is not there, and deleting

@pytest.mark.parametrize('name', [NOBODY, STRANGE])
def test_what_does_not_exist_is_404_everywhere(api, versioned, name):
    pipelines, pipeline = api.pipelines, versioned[0].pipeline_id
    for request in (
        lambda: pipelines.pipeline_service_get_pipeline(name),
        lambda: pipelines.pipeline_service_get_pipeline_by_name(name),
        lambda: pipelines.pipeline_service_update_pipeline(name, {'tags': {'a': 'b'}}),
        lambda: pipelines.pipeline_service_delete_pipeline(name),
        lambda: pipelines.pipeline_service_list_pipeline_versions(name),
        lambda: pipelines.pipeline_service_get_pipeline_version(pipeline, name),
        lambda: pipelines.pipeline_service_get_pipeline_version(name, name),
        lambda: pipelines.pipeline_service_update_pipeline_version(pipeline, name, {'display_name': 'x'}),
        lambda: pipelines.pipeline_service_delete_pipeline_version(pipeline, name),
        lambda: api.version(kfp_server_api.V2beta1Pipeline(pipeline_id=name)),
    ):
        with refused(404, words=['not found']):
            request()


def test_a_version_is_not_found_in_another_pipeline(api, versioned):
    other = api.pipeline()
    version = versioned[1][0].pipeline_version_id
    with refused(404):
        api.pipelines.pipeline_service_get_pipeline_version(other.pipeline_id, version)
    with refused(404):
        api.pipelines.pipeline_service_delete_pipeline_version(other.pipeline_id, version)
    assert len(api.versions(versioned[0], filter=named('v-')).pipeline_versions) == 3


def test_a_deleted_pipeline_is_gone_with_its_tags(api):
    tag = unique('tag')
    made = api.pipeline(tags={'mark': tag})
    api.pipelines.pipeline_service_delete_pipeline(made.pipeline_id)
    for request in (
        lambda: api.pipelines.pipeline_service_get_pipeline(made.pipeline_id),
        lambda: api.pipelines.pipeline_service_update_pipeline(made.pipeline_id, {'tags': {'a': 'b'}}),
        lambda: api.pipelines.pipeline_service_delete_pipeline(made.pipeline_id),
    ):
        with refused(404):
            request()
    found = api.pipelines.pipeline_service_list_pipelines(filter=where(('tags.mark', 'EQUALS', 'string_value', tag)))
    assert found.pipelines is None
    assert api.pipeline(made.name).name == made.name


def test_a_pipeline_with_versions_is_deleted_only_by_cascade(api):
    made = api.uploaded()
    api.version(made)
    with refused(400, words=['2 version']):
        api.pipelines.pipeline_service_delete_pipeline(made.pipeline_id)
    api.pipelines.pipeline_service_delete_pipeline(made.pipeline_id, cascade=True)
    with refused(404):
        api.pipelines.pipeline_service_get_pipeline(made.pipeline_id)


def test_a_deleted_version_is_gone_and_the_others_stay(api):
    made = api.uploaded()
    version = api.version(made)
    api.pipelines.pipeline_service_delete_pipeline_version(made.pipeline_id, version.pipeline_version_id)
    with refused(404):
        api.pipelines.pipeline_service_get_pipeline_version(made.pipeline_id, version.pipeline_version_id)
    assert names(api.versions(made).pipeline_versions) == [made.name]


def test_names_are_taken_once(api):
    made = api.uploaded()
    with refused(409, words=[made.name]):
        api.pipeline(made.name)
    with refused(409, words=[made.name]):
        api.uploaded(made.name)
    with refused(409, words=[made.name]):
        api.version(made, made.name)
    with file() as path, refused(404):
        api.uploads.upload_pipeline_version(path, pipelineid='12345', name='x')
    with file() as path, refused(400, words=['pipelineid']):
        api.uploads.upload_pipeline_version(path, name='x')
