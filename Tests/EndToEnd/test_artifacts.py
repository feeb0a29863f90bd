"""Artifacts over HTTP and in the command line: content, ranges, folders, previews, lists, lineage, and what is refused."""

import base64
import hashlib
import io
import os
import pathlib
import subprocess
import tarfile

import pytest
from harness import API, ENVIRONMENT, command, program
from kfp import dsl


@dsl.container_component
def write(script: str, data: dsl.Output[dsl.Dataset]):
    """Writes what a test's script says; $1 is the artifact's place."""
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; eval "$0"'], args=[script, data.path])


@dsl.container_component
def page(data: dsl.Output[dsl.HTML]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$0")"; echo "<script>alert(1)</script>" > "$0"'],
        args=[data.path])


@dsl.container_component
def copy(source: dsl.Input[dsl.Dataset], model: dsl.Output[dsl.Model]):
    return dsl.ContainerSpec(
        image='alpine:3', command=['sh', '-ec', 'mkdir -p "$(dirname "$1")"; cat "$0" > "$1"'],
        args=[source.path, model.path])


@dsl.pipeline(name='one-artifact')
def one_artifact(script: str):
    write(script=script).set_caching_options(False)


@dsl.pipeline(name='one-page')
def one_page():
    page()


@dsl.pipeline(name='two-artifacts')
def two_artifacts(script: str = 'printf 0123456789 > "$1"'):
    copy(source=write(script=script).outputs['data'])


@dsl.pipeline(name='borrowed')
def borrowed(uri: str):
    dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset, reimport=True)


def written(server, script):
    """The artifact that a script wrote."""
    return server.succeed(one_artifact, script=script)['write'].artifacts['data']


def content(server, artifact, query='', method='GET', **headers):
    headers = {name.replace('_', '-'): value for name, value in headers.items()}
    return server.request(method, f'{API}/artifacts/{artifact.id}/content{query}', headers=headers)


@pytest.fixture(scope='module')
def digits(server):
    return written(server, 'printf 0123456789 > "$1"')


def test_content_is_what_was_written_with_its_digest_as_tag(server, digits):
    answer = content(server, digits)
    assert (answer.status, answer.body) == (200, b'0123456789')
    assert answer.headers['ETag'] == f'"sha256:{hashlib.sha256(b"0123456789").hexdigest()}"'
    assert answer.headers['Content-Type'] == 'text/plain; charset=utf-8'
    assert answer.headers['Accept-Ranges'] == 'bytes'
    head = content(server, digits, method='HEAD')
    assert (head.status, head.body) == (200, b'')
    assert head.headers['Content-Length'] == '10'
    assert content(server, digits, If_None_Match=answer.headers['ETag']).status == 304


@pytest.mark.parametrize('asked, status, body, told', [
    ('bytes=2-4', 206, b'234', 'bytes 2-4/10'), ('bytes=7-', 206, b'789', 'bytes 7-9/10'),
    ('bytes=-3', 206, b'789', 'bytes 7-9/10'), ('bytes=5-99', 206, b'56789', 'bytes 5-9/10'),
    ('bytes=4-2', 200, b'0123456789', None), ('bytes=0-1,4-5', 200, b'0123456789', None),
    ('apples=1-2', 200, b'0123456789', None), ('bytes=10-', 416, None, 'bytes */10'),
])
def test_ranges_are_answered_as_the_rfc_says(server, digits, asked, status, body, told):
    answer = content(server, digits, Range=asked)
    assert answer.status == status, answer
    assert body is None or answer.body == body
    assert answer.headers.get('Content-Range') == told


def test_a_range_of_another_version_is_the_whole(server, digits):
    tag = content(server, digits).headers['ETag']
    assert content(server, digits, Range='bytes=2-4', If_Range=tag).body == b'234'
    assert content(server, digits, Range='bytes=2-4', If_Range='"other"').body == b'0123456789'


def test_active_content_cannot_act_in_our_name(server):
    artifact = server.succeed(one_page)['page'].artifacts['data']
    for query in ('', '?disposition=inline'):
        answer = content(server, artifact, query)
        assert answer.headers['Content-Type'] == 'text/html; charset=utf-8'
        assert answer.headers['X-Content-Type-Options'] == 'nosniff'
        assert answer.headers['Content-Security-Policy'].startswith("sandbox; default-src 'none'")
    assert content(server, artifact).headers['Content-Disposition'].startswith('attachment;')


FOLDER = r'''mkdir -p "$1/sub"; cd "$1"; printf one > a.txt; printf two > sub/b.bin; printf "<svg/>" > x.svg
ln -s a.txt inside; ln -s ../../../../../../../../../etc/passwd outside; ln -s /etc absolute; mkfifo pipe
printf long > "$(printf 'n%.0s' $(seq 120))"'''


@pytest.fixture(scope='module')
def folder(server):
    return written(server, FOLDER)


def test_a_folder_is_a_tar_of_what_is_in_it_and_nothing_else(server, folder):
    answer = content(server, folder)
    assert answer.headers['Content-Type'] == 'application/x-tar'
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as tar:
        names = {name.partition('/')[2] for name in tar.getnames()}
        assert names == {'', 'a.txt', 'sub', 'sub/b.bin', 'x.svg', 'inside', 'n' * 120}
        assert tar.extractfile(f'{tar.getnames()[0]}/sub/b.bin').read() == b'two'
        assert tar.getmember(f'{tar.getnames()[0]}/inside').linkname == 'a.txt'


def test_a_file_in_a_folder_is_found_by_its_path(server, folder):
    assert content(server, folder, '?path=sub/b.bin').body == b'two'
    assert content(server, folder, '?path=inside').body == b'one'
    assert content(server, folder, '?path=x.svg').headers['Content-Disposition'].startswith('attachment;')


@pytest.mark.parametrize('path', [
    '../x', 'sub/../../x', '/etc/passwd', '%2e%2e/x', 'outside', 'absolute/passwd', 'a.txt/x', 'nothing', 'pipe', 'sub//b.bin',
    'a%00b', '.', '..',
])
def test_no_path_leads_out_of_an_artifact(server, folder, path):
    for place in ('content', 'preview'):
        answer = server.request('GET', f'{API}/artifacts/{folder.id}/{place}?path={path}')
        assert answer.status in (400, 404), answer
        assert answer.message
        assert b'root:' not in answer.body


def test_an_artifact_that_is_a_link_out_of_the_store_is_refused(server):
    artifact = written(server, 'ln -s /etc/passwd "$1"')
    answer = content(server, artifact)
    assert answer.status == 404, answer
    assert 'root:' not in answer.text


def test_what_the_server_does_not_have_is_told_in_a_sentence(server, tmp_path):
    (tmp_path / 'own').write_text('mine')
    for uri, words in ((str(tmp_path / 'own'), 'another place'), ('gs://bucket/x', 'does not have')):
        run = server.expect(server.run(borrowed, uri=uri))
        imported = server.pages('/artifacts', 'artifacts', run_id=run['run_id'])[0]
        answer = server.request('GET', f'{API}/artifacts/{imported["artifact_id"]}/content')
        assert (answer.status, words in answer.message) == (404, True), answer
    gone = written(server, 'echo x > "$1"')
    gone.path.unlink()
    assert 'any more' in content(server, gone).message
    assert server.request('GET', f'{API}/artifacts/nobody/content').status == 404


def test_a_preview_shows_the_beginning_the_size_and_the_type(server, digits, folder):
    assert server.get(f'/artifacts/{digits.id}/preview?bytes=4') == {
        'artifact_id': digits.id, 'kind': 'FILE', 'size': '10', 'media_type': 'text/plain', 'is_text': True,
        'text': '0123', 'truncated': True}
    raw = written(server, r'''printf 'a\000\377' > "$1"''')
    preview = server.get(f'/artifacts/{raw.id}/preview')
    assert (preview['is_text'], base64.b64decode(preview['data'])) == (False, b'a\x00\xff')
    entries = {entry['name']: entry for entry in server.get(f'/artifacts/{folder.id}/preview')['entries']}
    assert set(entries) == {'a.txt', 'sub', 'x.svg', 'inside', 'n' * 120}
    assert entries['a.txt']['size'] == '3'


def test_read_artifact_where_kfp_2_has_it_gives_base64(server):
    run = server.expect(server.run(two_artifacts))
    path = f'{API}/runs/{run["run_id"]}/nodes/write/artifacts'
    assert base64.b64decode(server.request('GET', f'{path}/data:read').json['data']) == b'0123456789'
    assert server.request('GET', f'{path}/nothing:read').json['error_message']
    assert server.request('GET', f'{path}/nothing:read').status == 404


def test_lists_and_uses_have_pages_order_and_filters(server):
    run = server.expect(server.run(two_artifacts))
    run_id = run['run_id']
    artifacts = server.pages('/artifacts', 'artifacts', run_id=run_id, sort_by='name desc')
    assert [(a['name'], a['type']) for a in artifacts] == [('model', 'Model'), ('data', 'Dataset')]
    models = server.get('/artifacts?filter=' + '%7B%22predicates%22:%5B%7B%22operation%22:%22EQUALS%22,%22key%22:%22type%22,'
                        '%22stringValue%22:%22Model%22%7D%5D%7D&page_size=1')
    assert [a['type'] for a in models['artifacts']] == ['Model']
    uses = server.pages('/artifact_tasks', 'artifact_tasks', run_ids=run_id)
    seen = sorted((u['task_id'].partition('.')[2], u['type'], u['key'], u['producer']['task_name']) for u in uses)
    assert seen == [('copy', 'OUTPUT', 'model', 'copy'), ('copy', 'TASK_OUTPUT_INPUT', 'source', 'write'),
                    ('write', 'OUTPUT', 'data', 'write')]
    assert len(server.pages('/artifact_tasks', 'artifact_tasks', task_ids=[f'{run_id}.write', f'{run_id}.copy'])) == 3
    assert len(server.pages('/artifact_tasks', 'artifact_tasks', run_ids=run_id, type='OUTPUT')) == 2
    one = server.get(f'/artifact_tasks?run_ids={run_id}&page_size=1')
    assert one['total_size'] == 3 and one['next_page_token']
    assert server.request('GET', f'{API}/artifact_tasks').status == 400
    first = server.get(f'/runs/{run_id}/tasks?page_size=2&order_by=name')
    assert [task['name'] for task in first['tasks']] == ['copy', 'root'] and first['total_size'] == 3
    assert len(server.get(f'/runs/{run_id}/tasks?parent_id={run_id}.root')['tasks']) == 2
    assert 'run_details' not in server.get(f'/runs/{run_id}?view=DEFAULT')
    full = server.get(f'/runs/{run_id}?view=FULL')
    assert (len(full['tasks']), full['task_count']) == (3, 3)


def test_task_details_are_filled_for_the_sdk(server, client):
    run_id = server.expect(server.run(two_artifacts, script='printf details > "$1"'))['run_id']
    details = {d.display_name: d for d in client.get_run(run_id).run_details.task_details}
    copied = details['copy']
    assert copied.executor_detail.main_job == copied.pod_name == f'{run_id}.copy:0'
    assert copied.parent_task_id == f'{run_id}.root'
    assert copied.inputs['source'].artifact_ids == details['write'].outputs['data'].artifact_ids
    assert [state.state for state in copied.state_history] == ['PENDING', 'RUNNING', 'SUCCEEDED']
    assert {child.task_id for child in details[next(n for n in details if n not in ('copy', 'write'))].child_tasks} == {f'{run_id}.copy', f'{run_id}.write'}


def test_lineage_goes_through_tasks_and_runs(server):
    script = 'printf lineage > "$1"'
    first = server.succeed(two_artifacts, script=script)
    second = server.succeed(two_artifacts, script=script)
    assert second['write'].state == 'CACHED'
    data, model = first['write'].artifacts['data'], first['copy'].artifacts['model']
    steps = server.get(f'/artifacts/{model.id}/lineage?direction=UPSTREAM')['steps']
    assert [(s['depth'], s['task_name'], s['type'], s['artifact']['artifact_id']) for s in steps if s['task_state'] == 'SUCCEEDED'] == [
        (1, 'copy', 'OUTPUT', model.id), (1, 'copy', 'TASK_OUTPUT_INPUT', data.id), (2, 'write', 'OUTPUT', data.id)]
    runs = {s['run_id'] for s in server.get(f'/artifacts/{data.id}/lineage?direction=DOWNSTREAM&depth=1')['steps']}
    assert len(runs) == 2
    page = server.get(f'/artifacts/{data.id}/lineage?page_size=1')
    assert page['total_size'] > 1 and page['next_page_token'] == '1'
    for query in ('depth=0', 'depth=21', 'direction=SIDEWAYS', 'depth=x'):
        assert server.request('GET', f'{API}/artifacts/{data.id}/lineage?{query}').status == 400


def test_the_command_line_lists_shows_and_saves(server, folder, digits, tmp_path):
    def martlet(*arguments):
        return command(*arguments, '--endpoint', server.url)

    run = server.expect(server.run(two_artifacts, script='printf saved > "$1"'))
    listed = martlet('runs', 'artifacts', run['run_id'])
    assert 'Dataset' in listed.stdout and 'Model' in listed.stdout, listed
    model = server.tasks(run['run_id'])['copy'].artifacts['model']
    assert model.id in martlet('artifacts', 'list', '--type', 'Model', '-o', 'yaml').stdout
    shown = martlet('artifacts', 'get', model.id[:13])
    assert 'written by' in shown.stdout and 'copy of run' in shown.stdout, shown
    lineage = martlet('artifacts', 'lineage', model.id, '--direction', 'upstream')
    assert 'write' in lineage.stdout and 'upstream' in lineage.stdout, lineage
    target = tmp_path / 'model'
    saved = martlet('artifacts', 'download', model.id, '--to', str(target))
    assert (saved.returncode, target.read_text()) == (0, 'saved'), saved
    again = martlet('artifacts', 'download', model.id, '--to', str(target))
    assert again.returncode == 2 and '--force' in again.stderr
    piped = martlet('artifacts', 'download', folder.id, '--path', 'a.txt', '--to', '-')
    assert piped.stdout == 'one'
    here = subprocess.run([program(), 'artifacts', 'download', folder.id, '--endpoint', server.url], cwd=tmp_path,
                          env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert here.returncode == 0 and tarfile.is_tarfile(tmp_path / 'data.tar'), here
    missing = martlet('artifacts', 'get', 'ffffffff')
    assert missing.returncode == 2 and 'no artifact' in missing.stderr


def resident(server):
    """The server's memory in bytes."""
    status = pathlib.Path(f'/proc/{server.process.pid}/status').read_text()
    return int(status.partition('VmRSS:')[2].split()[0]) << 10


@pytest.mark.skipif(not os.path.exists('/proc/self/status'), reason='memory is read from /proc')
def test_a_large_download_needs_no_memory(server):
    big = written(server, 'mkdir "$1"; truncate -s 200M "$1/big"')
    content(server, big, '?path=big', Range='bytes=0-0')
    before, most, size = resident(server), 0, 0
    import urllib.request
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for query in ('?path=big', ''):
        with opener.open(f'{server.url}{API}/artifacts/{big.id}/content{query}', timeout=120) as answer:
            while piece := answer.read(1 << 20):
                size += len(piece)
                most = max(most, resident(server))
    assert size > 2 * (200 << 20)
    assert most - before < 16 << 20, f'{(most - before) >> 20} MB more'
