"""The data directory: what is kept, backups, sweeping, and what the server says when something is wrong with it."""

import contextlib
import errno
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import pytest
from harness import API, ENVIRONMENT, Server, command, compiled, eventually, program
from pipelines import one_script
from test_artifacts import two_artifacts


def said(result, status=0):
    """The output of a command that ended as it should; errors are one line."""
    assert result.returncode == status, f'{result.args}: {result.returncode}\n{result.stdout}{result.stderr}'
    assert 'Fatal' not in result.stderr
    if status not in (0, 1):
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stdout + result.stderr


def refused(data_dir, *arguments):
    """What the server says instead of starting."""
    result = command('serve', '--port', '0', '--data-dir', str(data_dir), *arguments, timeout=20)
    return said(result, 2) if result.returncode == 2 else said(result, 3)


def test_the_server_keeps_the_newest_runs_and_drops_the_bytes_of_the_others(own_server):
    own_server.arguments += ['--retain-runs-count', '1', '--deletion-grace', '1s']
    own_server.start()
    # The second run takes the outputs of the first from the cache: they outlive the first run, and not the second.
    first = own_server.run(two_artifacts)
    model = own_server.tasks(first['run_id'])['copy'].artifacts['model'].path
    second = own_server.run(two_artifacts)
    assert own_server.tasks(second['run_id'])['copy'].artifacts['model'].path == model

    def remaining():
        return [run['run_id'] for run in own_server.get('/runs').get('runs', [])]

    eventually(lambda: remaining() == [second['run_id']], 30, what='the first run to go')
    pods = own_server.data_dir / 'pods'
    eventually(lambda: not (pods / first['run_id']).exists(), 30, what='the logs of the first run to go')
    time.sleep(3)
    assert model.read_text() == '0123456789'
    answer = own_server.request('DELETE', f"{API}/runs/{second['run_id']}")
    assert answer.status == 200, answer
    eventually(lambda: not model.exists(), 30, what='the bytes to go with the last run')


def test_the_server_drops_runs_by_age_but_for_those_that_go_on_or_are_to_be_kept(own_server, tmp_path):
    own_server.arguments += ['--retain-runs-age', '2s', '--deletion-grace', '1s']
    own_server.start()

    def there(run_id):
        return own_server.request('GET', f'{API}/runs/{run_id}').status == 200

    gate = tmp_path / 'gate'
    going = own_server.submit(compiled(one_script), {'script': f'while [ ! -e {gate} ]; do sleep 0.05; done'}).json['run_id']
    kept = own_server.request('POST', f'{API}/experiments', {'display_name': 'kept', 'retention': {'age': 'forever'}})
    kept = own_server.request('POST', f'{API}/runs', {
        'display_name': 'kept', 'pipeline_spec': compiled(two_artifacts),
        'experiment_id': kept.json['experiment_id']}).json['run_id']
    own_server.expect(own_server.finished(kept))
    # What is archived goes as well.
    old = own_server.run(one_script, script='true')['run_id']
    assert own_server.request('POST', f'{API}/runs/{old}:archive').status == 200
    eventually(lambda: not there(old), 20, what='the old run to go')
    eventually(lambda: not (own_server.data_dir / 'pods' / old).exists(), 20, what='its logs to go')
    # Longer under way than the rule keeps runs: its age counts from its end.
    assert there(going) and there(kept)
    gate.touch()
    own_server.expect(own_server.finished(going))
    # A server that was away finds what has become too old meanwhile.
    own_server.kill()
    time.sleep(2)
    own_server.start()
    eventually(lambda: not there(going), 20, what='the run that went on to go')
    assert there(kept)
    model = own_server.tasks(kept)['copy'].artifacts['model'].path
    assert model.read_text() == '0123456789'


def test_an_experiment_has_a_rule_of_its_own(server):
    name = 'kept for long'
    created = server.request('POST', f'{API}/experiments', {'display_name': name, 'retention': {'count': 7}})
    assert created.json['retention'] == {'count': '7'}
    arguments = ['experiments', 'retention', name, '--endpoint', server.url]
    assert 'as the server says' in said(command(*arguments))
    assert said(command(*arguments, '--age', 'forever')).split() == ['age', 'forever', 'count', '7']
    found = server.get(f"/experiments/{created.json['experiment_id']}")
    assert found['retention'] == {'age': 'forever', 'count': '7'}
    assert '30d' in said(command(*arguments, '--age', '30'), 2)
    said(command(*arguments, '--reset'))
    assert 'retention' not in server.get(f"/experiments/{created.json['experiment_id']}")


def test_a_backup_made_while_runs_go_on_restores_to_another_place(own_server, tmp_path):
    own_server.start()
    done = own_server.run(two_artifacts)
    going = own_server.submit(compiled(one_script), {'script': 'sleep 2; echo done'}).json['run_id']
    backup = tmp_path / 'backup.tar'
    assert 'Backed up 2 runs' in said(command('backup', str(backup), '--data-dir', str(own_server.data_dir)))
    assert backup.stat().st_mode & 0o777 == 0o600
    assert 'already' in said(command('backup', str(backup), '--data-dir', str(own_server.data_dir)), 2)
    assert 'stop it' in said(command('restore', str(backup), '--data-dir', str(own_server.data_dir)), 2).lower()
    own_server.expect(own_server.finished(going))
    own_server.kill()
    shutil.rmtree(own_server.data_dir)

    elsewhere = Server(tmp_path / 'elsewhere')
    assert 'Restored 2 runs' in said(command('restore', str(backup), '--data-dir', str(elsewhere.data_dir)))
    elsewhere.start()
    try:
        elsewhere.expect(elsewhere.finished(going))
        model = elsewhere.tasks(done['run_id'])['copy'].artifacts['model']
        assert model.path.is_relative_to(elsewhere.data_dir)
        assert elsewhere.request('GET', f'{API}/artifacts/{model.id}/content').text == '0123456789'
        assert elsewhere.request('GET', f"{API}/runs/{done['run_id']}/tasks/{done['run_id']}.copy/log").status == 200
        # What was cached still is.
        again = elsewhere.run(two_artifacts)
        assert elsewhere.tasks(again['run_id'])['copy'].state == 'CACHED'
    finally:
        elsewhere.stop()
    assert said(command('doctor', '--data-dir', str(elsewhere.data_dir)))


def test_a_killed_backup_leaves_no_file_that_looks_like_one(own_server, tmp_path):
    own_server.start()
    own_server.run(one_script, script='true')
    (own_server.data_dir / 'objects' / 'secret' / 'big').mkdir(parents=True)
    (own_server.data_dir / 'objects' / 'secret' / 'big' / 'k').write_bytes(os.urandom(1) * (300 << 20))
    backup = tmp_path / 'backup.tar'
    arguments = [program(), 'backup', str(backup), '--data-dir', str(own_server.data_dir)]
    for pause in (0.05, 0.15, 0.3):
        process = subprocess.Popen(arguments, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        if process.wait() == -signal.SIGKILL:
            assert not backup.exists()
        else:
            backup.unlink()
    (own_server.data_dir / 'objects' / 'secret' / 'big' / 'k').unlink()
    said(command('backup', str(backup), '--data-dir', str(own_server.data_dir)))
    assert {path.name for path in tmp_path.glob('backup*')} == {'backup.tar'}
    said(command('restore', str(backup), '--data-dir', str(tmp_path / 'restored')))
    # The server never noticed.
    own_server.expect(own_server.run(one_script, script='true'))


def test_a_sweep_beside_a_server_removes_what_belongs_to_no_run(own_server):
    own_server.start()
    run = own_server.run(two_artifacts)
    orphan = own_server.data_dir / 'artifacts' / 'p' / 'deadbeef' / 'train' / '0' / 'model'
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b'x' * 2500)
    arguments = ['sweep', '--data-dir', str(own_server.data_dir)]
    assert 'Would remove 0 folders' in said(command(*arguments, '--dry-run'))
    dry = said(command(*arguments, '--dry-run', '--grace', '0s'))
    assert '2.5 kB' in dry and 'deadbeef' in dry and 'Would remove 1 folders' in dry
    assert orphan.exists()
    assert 'Removed 1 folders, 2.5 kB' in said(command(*arguments, '--grace', '0s'))
    assert not orphan.exists()
    model = own_server.tasks(run['run_id'])['copy'].artifacts['model']
    assert model.path.exists()


def test_a_lock_that_a_killed_server_left_is_no_obstacle(own_server):
    own_server.start()
    own_server.kill()
    assert (own_server.data_dir / 'lock').read_text().strip().isdigit()
    own_server.start()
    assert 'Another Martlet server' in refused(own_server.data_dir)


def test_a_database_that_is_gone_is_not_begun_anew(own_server):
    own_server.start()
    own_server.run(one_script, script='true')
    own_server.stop()
    database = own_server.data_dir / 'martlet.db'
    database.rename(database.with_suffix('.away'))
    assert 'is missing, but there are files of 1 runs' in refused(own_server.data_dir)
    database.touch()
    assert 'is empty, but there are files of 1 runs' in refused(own_server.data_dir)
    assert 'is empty, but there are files of 1 runs' in said(command('doctor', '--data-dir', str(own_server.data_dir)), 1)
    database.unlink()
    with contextlib.closing(sqlite3.connect(database)) as foreign:
        # Others number their migrations in a table of the same name.
        foreign.execute('CREATE TABLE schema_migrations (version TEXT)')
        foreign.commit()
    assert 'not that of a Martlet server' in refused(own_server.data_dir)
    with contextlib.closing(sqlite3.connect(database)) as foreign:
        assert foreign.execute('SELECT name FROM sqlite_master').fetchall() == [('schema_migrations',)]
    database.unlink()
    database.with_suffix('.away').rename(database)
    own_server.start()
    assert len(own_server.get('/runs')['runs']) == 1


def test_a_pipe_in_the_place_of_the_database_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / 'martlet.db')
    assert 'martlet.db: it is not a regular file' in refused(tmp_path)
    assert 'martlet.db: it is not a regular file' in said(command('doctor', '--data-dir', str(tmp_path)), 1)


def test_what_is_no_data_directory_is_told_in_one_sentence(tmp_path):
    file, link = tmp_path / 'file', tmp_path / 'link'
    file.touch()
    link.symlink_to(tmp_path / 'nowhere' / 'at all')
    for path in (file, link):
        assert 'is not a folder' in refused(path)
    assert 'Not a directory' in refused(file / 'below')
    assert 'expected the path of a folder' in refused('')
    assert 'is not a folder' in said(command('doctor', '--data-dir', str(file)), 2)


@pytest.mark.parametrize('name', ['pods', 'artifacts', 'environments'])
def test_the_doctor_knows_what_keeps_a_server_from_starting(own_server, name):
    own_server.start()
    own_server.stop()
    folder = own_server.data_dir / name
    shutil.rmtree(folder)
    folder.touch()
    assert str(folder) in refused(own_server.data_dir)
    assert f'{folder} is not a folder' in said(command('doctor', '--data-dir', str(own_server.data_dir)), 1)
    folder.unlink()
    own_server.start()
    assert 'bad' not in said(command('doctor', '--data-dir', str(own_server.data_dir)))


@pytest.mark.skipif(os.geteuid() != 0, reason='only root may become somebody else')
@pytest.mark.parametrize('name, mode', [('martlet.db', 0o400), ('', 0o600)])
def test_what_may_not_be_used_is_told_by_server_and_doctor(name, mode):
    # Not below a folder of pytest's own, which nobody else may enter.
    with tempfile.TemporaryDirectory() as folder:
        nobody = 65534
        os.chmod(folder, 0o755)
        data = pathlib.Path(folder) / 'data'
        data.mkdir()
        (data / 'martlet.db').write_text('anything')
        os.chown(data, nobody, nobody)
        os.chmod(data / name, mode)

        def run(*arguments):
            return subprocess.run([program(), *arguments, '--data-dir', str(data)], capture_output=True, text=True,
                                  timeout=20, user=nobody, group=nobody, cwd='/', env=ENVIRONMENT)
        told = said(run('serve', '--port', '0'), 2)
        assert 'cannot be written: Permission denied' in told and 'ready' not in told, told
        told = said(run('doctor'), 1)
        assert 'Permission denied' in told and 'There is none yet' not in told, told


@pytest.mark.parametrize('damage', ['not a database', 'header', 'pages'])
def test_a_damaged_database_is_told_in_one_sentence(own_server, damage):
    own_server.start()
    own_server.run(one_script, script='true')
    own_server.stop()
    database = own_server.data_dir / 'martlet.db'
    content = bytearray(database.read_bytes())
    if damage == 'not a database':
        content = bytearray(b'hello, I am no database' * 500)
    elif damage == 'header':
        content[16:40] = os.urandom(24)
    else:
        for page in range(1, len(content) // 4096):
            content[page * 4096:page * 4096 + 200] = random.Random(page).randbytes(200)
    database.write_bytes(content)
    sentence = refused(own_server.data_dir)
    assert 'atabase' in sentence, sentence
    assert database.read_bytes() == content, 'the damaged file was changed'
    assert 'bad' in said(command('doctor', '--data-dir', str(own_server.data_dir)), 1)


def test_damaged_indexes_are_mended(own_server):
    own_server.start()
    own_server.run(one_script, script='true')
    own_server.stop()
    database = sqlite3.connect(own_server.data_dir / 'martlet.db')
    # An index that misses a row, as after a fault of the disk.
    database.execute('PRAGMA writable_schema = ON')
    sql = database.execute("SELECT sql FROM sqlite_master WHERE name = 'runs_by_display_name'").fetchone()[0]
    database.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'runs_by_display_name'",
                     (sql + " WHERE display_name = 'nobody'",))
    database.commit()
    database.close()
    database = sqlite3.connect(own_server.data_dir / 'martlet.db')
    database.execute('REINDEX')
    database.execute('PRAGMA writable_schema = ON')
    database.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'runs_by_display_name'", (sql,))
    database.commit()
    database.close()
    arguments = ['doctor', '--data-dir', str(own_server.data_dir)]
    assert 'missing from index' in said(command(*arguments), 1)
    assert 'made anew' in said(command(*arguments, '--repair'))
    assert 'The database is sound' in said(command(*arguments))


def test_what_can_be_read_of_a_damaged_database_is_saved_and_served(own_server):
    own_server.start()
    runs = {own_server.run(one_script, script=f'echo {number}')['run_id'] for number in range(30)}
    own_server.stop()
    path = own_server.data_dir / 'martlet.db'
    with contextlib.closing(sqlite3.connect(path)) as database:
        [[root]] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'")
        leaves = [page for [page] in database.execute(
            "SELECT pageno FROM dbstat WHERE name = 'runs' AND pagetype = 'leaf' ORDER BY pageno")]
    # A page of rows, and the one that leads to all of them.
    content = bytearray(path.read_bytes())
    for page in (root, leaves[len(leaves) // 2]):
        content[(page - 1) * 4096:page * 4096] = random.Random(page).randbytes(4096)
    path.write_bytes(content)
    arguments = ['doctor', '--data-dir', str(own_server.data_dir)]
    assert '--repair' in said(command(*arguments), 1)
    told = said(command(*arguments, '--repair'), 1)
    assert (own_server.data_dir / 'martlet.db.damaged-1').read_bytes() == content
    lost = int(re.search(r'lost rows: .*\bruns (\d+)', told).group(1))
    assert 0 < lost < 20, told
    assert 'The database is sound' in said(command(*arguments))
    own_server.start()
    left = {run['run_id'] for run in own_server.pages('/runs', 'runs')}
    assert left < runs and len(left) == len(runs) - lost, told
    for run_id in left:
        assert own_server.tasks(run_id)['sh'].state == 'SUCCEEDED'
    own_server.succeed(one_script, script='true')


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    made = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', str(folder)], capture_output=True)
    if made.returncode != 0:
        pytest.skip('this user cannot mount a small disk')
    yield folder
    subprocess.run(['umount', '-l', str(folder)], check=True)


def fill(folder):
    try:
        with open(folder / 'ballast', 'wb', buffering=0) as file:
            while file.write(b'x' * 4096):
                pass
    except OSError as error:
        assert error.errno == errno.ENOSPC


def test_a_full_disk_is_told_in_one_sentence_and_nothing_is_lost(small_disk, tmp_path):
    server = Server(small_disk / 'data')
    fill(small_disk)
    sentence = refused(server.data_dir)
    assert 'No space left' in sentence or 'full' in sentence, sentence
    (small_disk / 'ballast').unlink()
    server.log_path = tmp_path / 'log'
    server.start()
    server.run(one_script, script='true')
    assert server.stop() == 0
    fill(small_disk)
    result = command('backup', str(small_disk / 'backup.tar'), '--data-dir', str(server.data_dir))
    assert 'No space left' in said(result, 2) or 'full' in result.stderr
    assert not list(small_disk.glob('backup*'))
    # With room elsewhere the backup is made, although the disk of the data is full.
    said(command('backup', str(tmp_path / 'backup.tar'), '--data-dir', str(server.data_dir)))
    (small_disk / 'ballast').unlink()
    server.start()
    assert len(server.get('/runs')['runs']) == 1
    server.stop()


def test_a_read_only_disk_is_told_in_one_sentence_and_can_be_backed_up(small_disk, tmp_path):
    server = Server(small_disk / 'data')
    server.log_path = tmp_path / 'log'
    server.start()
    server.run(one_script, script='true')
    server.stop()
    subprocess.run(['mount', '-o', 'remount,ro', str(small_disk)], check=True)
    assert 'Read-only file system' in refused(server.data_dir)
    assert 'Read-only file system' in said(command('doctor', '--data-dir', str(server.data_dir)), 1)
    said(command('backup', str(tmp_path / 'backup.tar'), '--data-dir', str(server.data_dir)))


def test_settings_of_retention_are_checked(tmp_path):
    assert 'retainRunsAge' in refused(tmp_path / 'data', '--retain-runs-age', 'soon')
    assert 'retainRunsCount' in refused(tmp_path / 'data', '--retain-runs-count', '0')
    assert not pathlib.Path(tmp_path / 'data').exists()
