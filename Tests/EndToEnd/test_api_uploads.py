"""Uploads: each kind of file, each way it can be wrong, and files that are fetched from other hosts."""

import functools
import gzip
import http.server
import io
import json
import struct
import tarfile
import threading
import zipfile

import harness
import pytest
import yaml
from api import API, NOBODY, SPEC, file, refused, unique

YAML = yaml.safe_dump(SPEC).encode()
OTHER = yaml.safe_dump({**SPEC, 'pipelineInfo': {'name': 'other'}}).encode()
PLATFORM = YAML + b'\n---\nplatforms: {kubernetes: {}}\n'


def zipped(*members, method=zipfile.ZIP_DEFLATED, comment=b''):
    data = io.BytesIO()
    with zipfile.ZipFile(data, 'w', method) as archive:
        archive.comment = comment
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def tarred(*members, kind=tarfile.PAX_FORMAT, mode='w:gz'):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode, format=kind) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content is None:
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content or b''))
    return data.getvalue()


GOOD = ('pipeline.yaml', YAML)
LONG = 'long-' * 40 + '/pipeline.yml'

TAKEN = [
    pytest.param('p.yaml', YAML, id='yaml'),
    pytest.param('p.yml', YAML, id='yml'),
    pytest.param('p.json', json.dumps(SPEC).encode(), id='json'),
    pytest.param('pipeline', YAML, id='no extension'),
    pytest.param('p.yaml', PLATFORM, id='with platform spec'),
    pytest.param('p.zip', zipped(GOOD), id='zip'),
    pytest.param('p.zip', zipped(GOOD, method=zipfile.ZIP_STORED), id='zip, not compressed'),
    pytest.param('p.zip', zipped(GOOD, comment=b'PK\5\6' + b'c' * 1_000), id='zip with a comment'),
    pytest.param('p.zip', zipped(('a.yaml', OTHER), GOOD), id='zip with more'),
    pytest.param('p.zip', zipped(('my.yml', YAML), ('b.yaml', OTHER)), id='zip without pipeline.yaml'),
    pytest.param('p.zip', zipped(('folder/', b''), ('../x.yaml', OTHER), GOOD), id='zip with tricks'),
    pytest.param('p.tar.gz', tarred(GOOD), id='tar.gz'),
    pytest.param('p.tgz', tarred(('./pipeline.yaml', YAML)), id='tgz with ./'),
    pytest.param('p.tar.gz', tarred(GOOD, kind=tarfile.USTAR_FORMAT), id='tar.gz of 1988'),
    pytest.param('p.tar.gz', tarred((LONG, YAML)), id='tar.gz with a long name'),
    pytest.param('p.tar.gz', tarred((LONG, YAML), kind=tarfile.GNU_FORMAT), id='tar.gz with a long name, GNU'),
    pytest.param('p.tar.gz', tarred(('a.yaml', OTHER), GOOD, ('z', b'z' * 5_000)), id='tar.gz with more'),
    pytest.param('p.tar.gz', tarred(('d', None), ('/etc/x.yaml', OTHER), GOOD), id='tar.gz with tricks'),
    pytest.param('p.yaml', zipped(GOOD), id='zip called yaml'),
]

BOMB = b'x: 1 # ' + b'0' * (33 << 20)
REFUSED = [
    pytest.param('p.png', b'\x89PNG\r\n\x1a\n\0\0', [], id='picture'),
    pytest.param('p.yaml', b'', ['empty'], id='empty'),
    pytest.param('p.yaml', b'root: [', ['line'], id='invalid YAML'),
    pytest.param('p.yaml', YAML.replace(b'name: one-answer', b'name: ""'), ['pipelineInfo.name'], id='no name'),
    pytest.param('p.zip', zipped(), ['no file'], id='empty zip'),
    pytest.param('p.zip', b'PK\3\4' + b'nonsense' * 9, ['damaged'], id='zip that is none'),
    pytest.param('p.zip', zipped(GOOD)[:-9], ['damaged'], id='half a zip'),
    pytest.param('p.zip', zipped(('a.txt', b'x')), ['a.txt'], id='zip without YAML'),
    pytest.param('p.zip', zipped(('../pipeline.yaml', YAML)), ['relative path'], id='zip that climbs'),
    pytest.param('p.zip', zipped(('/pipeline.yaml', YAML)), ['relative path'], id='zip from the root'),
    pytest.param('p.zip', zipped(('pipeline.yaml', BOMB)), ['32 MiB'], id='zip bomb'),
    pytest.param('p.zip', zipped(*[(f'{n}.yaml', b'') for n in range(1_001)]), ['1001'], id='zip of 1,001'),
    pytest.param('p.tar.gz', tarred(('a.txt', b'x')), ['a.txt'], id='tar.gz without YAML'),
    pytest.param('p.tar.gz', tarred(GOOD)[:-20], ['damaged'], id='half a tar.gz'),
    pytest.param('p.tar.gz', gzip.compress(b'x' * 2_000), ['damaged'], id='gzip of no tar'),
    pytest.param('p.tar.gz', gzip.compress(tarred(GOOD, mode='w')[:600]), ['early'], id='tar.gz of half a tar'),
    pytest.param('p.tar.gz', tarred(), ['no file'], id='empty tar.gz'),
    pytest.param('p.tar.gz', tarred(('../pipeline.yaml', YAML)), ['relative path'], id='tar.gz that climbs'),
    pytest.param('p.tar.gz', tarred(('pipeline.yaml', BOMB)), ['32 MiB'], id='tar.gz bomb'),
    pytest.param('p.tar.gz', gzip.compress(b'\0' * (65 << 20)), ['64 MiB'], id='gzip bomb'),
    pytest.param('p.tar.gz', tarred(*[(f'{n}.yaml', b'') for n in range(1_001)]), ['1000'], id='tar.gz of 1,001'),
    pytest.param('p.yaml', b'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n', ['Argo', 'kfp 2'], id='Argo'),
]


@pytest.mark.parametrize('name, content', TAKEN)
def test_a_pipeline_is_taken_from_any_kind_of_file(api, name, content):
    with file(content, name) as path:
        made = api.uploads.upload_pipeline(path, name=unique('kind'))
        version = api.uploads.upload_pipeline_version(path, pipelineid=made.pipeline_id, name=unique('v'))
    first, second = api.versions(made).pipeline_versions
    for spec in (first.pipeline_spec, second.pipeline_spec, version.pipeline_spec):
        assert spec.get('pipeline_spec', spec)['pipelineInfo']['name'] == 'one-answer'
    assert ('platform_spec' in first.pipeline_spec) == (content == PLATFORM)


@pytest.mark.parametrize('name, content, words', REFUSED)
def test_a_file_without_a_pipeline_is_refused_and_leaves_nothing(api, server, name, content, words):
    before = server.get('/pipelines?page_size=1').get('total_size', 0)
    with file(content, name) as path, refused(400, 413, words=words):
        api.uploads.upload_pipeline(path, name=unique('bad'))
    assert server.get('/pipelines?page_size=1').get('total_size', 0) == before


def test_an_encrypted_zip_is_refused(api):
    data = bytearray(zipped(GOOD))
    data[data.rindex(b'PK\1\2') + 8] |= 1
    struct.pack_into('<H', data, 6, 1)
    with file(bytes(data), 'p.zip') as path, refused(400, words=['encrypted']):
        api.uploads.upload_pipeline(path, name=unique('bad'))


def test_an_upload_is_called_as_asked_or_like_its_file(api):
    name = unique('called')
    with file(name=f'{name}.yaml') as path:
        made = api.uploads.upload_pipeline(path)
        assert (made.name, made.display_name) == (f'{name}.yaml', f'{name}.yaml')
        made = api.uploads.upload_pipeline(path, display_name=f'{name} shown')
        assert (made.name, made.display_name) == (f'{name} shown', f'{name} shown')
        made = api.uploads.upload_pipeline(path, name=name, display_name='shown', description='what it does',
                                           tags='{"team": "a"}', namespace='kubeflow')
        assert (made.name, made.display_name, made.description) == (name, 'shown', 'what it does')
        assert made.tags == {'team': 'a'}
        version, = api.versions(made).pipeline_versions
        assert (version.name, version.display_name, version.description) == (name, 'shown', 'what it does')
        version = api.uploads.upload_pipeline_version(
            path, pipelineid=made.pipeline_id, name=f'{name} 2', tags='{"k": "v"}', description='newer')
        assert (version.name, version.tags, version.description) == (f'{name} 2', {'k': 'v'}, 'newer')
        fetched = api.pipelines.pipeline_service_get_pipeline_version(
            made.pipeline_id, version.pipeline_version_id)
        assert (fetched.tags, fetched.pipeline_id) == ({'k': 'v'}, made.pipeline_id)


@pytest.mark.parametrize('tags', ['not-json', '[]', '{"a": 1}', '"a"'])
def test_tags_that_are_no_map_of_texts_are_refused(api, tags):
    with file() as path, refused(400, words=['tags']):
        api.uploads.upload_pipeline(path, name=unique('bad'), tags=tags)


# Files on other hosts

class Files(http.server.BaseHTTPRequestHandler):
    """What another host offers: a file, and every way to lead a server astray."""

    def __init__(self, elsewhere, *arguments):
        self.elsewhere = elsewhere
        super().__init__(*arguments)

    def do_GET(self):
        path = self.path.split('?')[0]
        if path == '/pipeline.yaml':
            return self.answer(200, YAML)
        if path == '/pipeline.zip':
            return self.answer(200, zipped(GOOD))
        if path == '/moved':
            return self.answer(302, location='/pipeline.yaml')
        if path == '/round':
            return self.answer(302, location='/round')
        if path == '/away':
            return self.answer(307, location=self.elsewhere)
        if path == '/file':
            return self.answer(302, location='file:///etc/passwd')
        if path == '/large':
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(40):
                    self.wfile.write(b'#' * (1 << 20))
            except OSError:
                pass  # The server has hung up, as it should.
            return None
        return self.answer(404, b'a secret of the other host')

    def answer(self, status, content=b'', location=None):
        self.send_response(status)
        if location:
            self.send_header('Location', location)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


def serving(elsewhere=''):
    host = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Files, elsewhere))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    return host


@pytest.fixture(scope='module')
def hosts(tmp_path_factory):
    """A host that may be asked, one that may not, and a server that knows it."""
    stranger = serving()
    friend = serving(f'http://127.0.0.1:{stranger.server_port}/pipeline.yaml')
    server = harness.Server(tmp_path_factory.mktemp('hosts') / 'data', [
        '--private-package-hosts', f'http://127.0.0.1:{friend.server_port}',
        '--package-hosts', f'http://localhost:{friend.server_port}']).start()
    yield API(server.url), friend.server_port, stranger.server_port
    server.stop()
    for host in (friend, stranger):
        host.shutdown()
        host.server_close()


@pytest.mark.parametrize('path', ['pipeline.yaml', 'pipeline.zip', 'moved', 'pipeline.yaml?token=x'])
def test_a_pipeline_is_fetched_from_a_host_that_was_named(hosts, path):
    api, port, _ = hosts
    url = f'http://127.0.0.1:{port}/{path}'
    made = api.pipelines.pipeline_service_create_pipeline_and_version(
        {'pipeline': {'name': unique('fetched')}, 'pipeline_version': {'package_url': {'pipeline_url': url}}})
    first, = api.versions(made).pipeline_versions
    assert first.pipeline_spec['pipelineInfo']['name'] == 'one-answer'
    assert first.package_url.pipeline_url == url
    second = api.pipelines.pipeline_service_create_pipeline_version(
        made.pipeline_id, {'name': 'second', 'pipeline_id': made.pipeline_id, 'package_url': {'pipeline_url': url}})
    assert second.package_url.pipeline_url == url


@pytest.mark.parametrize('url, words', [
    ('http://127.0.0.1:{stranger}/pipeline.yaml', ['does not fetch from']),
    ('http://127.0.0.1:{friend}/away', ['does not fetch from']),
    ('http://127.0.0.1:{friend}/file', ['https']),
    ('http://127.0.0.1:{friend}/round', ['redirections']),
    ('http://127.0.0.1:{friend}/nothing', ['404']),
    ('http://127.0.0.1:{friend}/large', ['32 MiB']),
    ('http://localhost:{friend}/pipeline.yaml', ['private network']),
    ('http://2130706433:{friend}/pipeline.yaml', ['does not fetch from']),
    ('http://u:hunter2@127.0.0.1:{friend}/pipeline.yaml', ['user and password']),
    ('https://127.0.0.1:{friend}/pipeline.yaml', ['does not fetch from']),
    ('file:///etc/passwd', []), ('pipeline.yaml', []),
], ids=str)
def test_nothing_else_is_fetched_and_nothing_is_created(hosts, url, words):
    api, friend, stranger = hosts
    url = url.format(friend=friend, stranger=stranger)
    before = api.pipelines.pipeline_service_list_pipelines(page_size=1).total_size
    with refused(400, 413, words=words) as _:
        try:
            api.pipelines.pipeline_service_create_pipeline_and_version(
                {'pipeline': {'name': 'bad'}, 'pipeline_version': {'package_url': {'pipeline_url': url}}})
        except Exception as error:
            assert 'secret' not in str(error) and 'hunter2' not in str(error)
            raise
    assert api.pipelines.pipeline_service_list_pipelines(page_size=1).total_size == before


def test_a_server_fetches_nothing_unless_told_so(api):
    with refused(400, words=['--package-hosts']):
        api.pipelines.pipeline_service_create_pipeline_version(
            NOBODY, {'name': 'v', 'package_url': {'pipeline_url': 'https://github.com/p.yaml'}})


def test_a_host_that_is_no_host_stops_the_start(tmp_path):
    done = harness.command('serve', '--data-dir', str(tmp_path / 'data'), '--port', '0', '--package-hosts', '*')
    assert done.returncode != 0
    assert 'packageHosts' in done.stderr
