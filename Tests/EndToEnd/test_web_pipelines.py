"""Pipelines, experiments and recurring runs in a real browser."""

import pytest
from browser import LOOKS
from harness import compiled
from kfp import compiler, dsl
from pipelines import one_answer, one_script, sh

HOSTILE = '"><script>document.title="owned"</script><b>bold</b>'


@dsl.pipeline(name='of-all-kinds', description='Has inputs of several types.')
def of_all_kinds(script: str = 'echo words', times: int = 1, flag: bool = False, items: list = ['a']):
    first = sh(script=script)
    first.set_display_name(HOSTILE)
    with dsl.ParallelFor([1, 2]) as item:
        sh(script='true').after(first)
    with dsl.If(times > 5):
        sh(script='false')


@pytest.fixture
def package(tmp_path):
    """A file as the SDK compiles it."""
    path = tmp_path / 'kinds.yaml'
    compiler.Compiler().compile(of_all_kinds, str(path))
    return path


def pipeline_of(server, pipeline, name):
    answer = server.request('POST', '/apis/v2beta1/pipelines/create', {
        'pipeline': {'display_name': name, 'description': HOSTILE},
        'pipeline_version': {'display_name': name + ' 1', 'pipeline_spec': compiled(pipeline)}})
    assert answer.status == 200, answer
    return answer.json['pipeline_id']


def last(page):
    """The id at the end of the address."""
    return page.path.split('?')[0].split('/')[-1]


def write(page, selector, text):
    field = page.wait(selector)
    field.clear()
    field.send_keys(text)
    return field


def refused_for(page):
    """The fields that are marked as wrong, each with the words that say why, the first one to be written in."""
    return page.js('''return [...document.querySelectorAll('[aria-invalid="true"]')]
        .filter((field) => field === document.activeElement
            && document.getElementById(field.getAttribute('aria-describedby'))?.textContent)
        .map((field) => field.name)''')


def test_a_file_is_uploaded_and_run_with_parameters(server, page, package, tmp_path):
    page.open(f'{server.url}/pipelines')
    page.click('a.button', 'Upload pipeline')
    page.click('button', 'Upload')
    page.wait('[role="alert"]', 'Choose a file')
    assert refused_for(page) == ['file']
    page.wait('[name="file"]').send_keys(str(package))
    write(page, '[name="name"]', 'All kinds')
    page.click('button', 'Upload')
    page.wait('h1', 'All kinds')
    page.wait('.notice', '1 pipeline created.')
    page.click('#n-sh a')
    page.wait('.panel', 'alpine:3')
    page.wait('[id^="n-for-loop"]')
    page.click('.tabs a', 'Pipeline spec')
    page.wait('.spec', 'of-all-kinds')
    page.click('a.button', 'Create run')
    page.wait('h1', 'New run')
    write(page, '[name="p.times"]', 'some')
    page.click('button', 'Start the run')
    page.wait('[role="alert"]', 'times: expected a whole number')
    assert refused_for(page) == ['p.times']
    write(page, '[name="p.times"]', '3')
    write(page, '[name="p.script"]', 'echo from the page')
    page.click('button', 'Start the run')
    page.wait('.run-head .state', 'Succeeded')
    run = server.get(f'/runs/{last(page)}')
    assert run['runtime_config']['parameters'] == {'times': 3, 'script': 'echo from the page'}
    assert page.driver.title != 'owned'


def test_a_file_is_dropped_on_the_page_to_become_a_version(server, page, package):
    pipeline = pipeline_of(server, one_answer, 'to be extended')
    # The address that the SDK prints.
    page.open(f'{server.url}/#/pipelines/details/{pipeline}')
    page.click('a.button', 'Upload version')
    page.wait('[data-drop]', 'drop a file')
    page.js('''
        const data = new DataTransfer();
        data.items.add(new File([arguments[0]], 'dropped.yaml'));
        for (const kind of ['dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
    ''', package.read_text())
    page.click('button', 'Upload')
    page.wait('.notice', '1 version created.')
    page.wait('.run-head .tag', 'dropped')
    page.click('.tabs a', 'Versions')
    page.wait('tbody', 'to be extended 1')
    page.click(f'#version-{page.path.split("version=")[1].split("&")[0]} input')
    page.click('.bulk button', 'Delete')
    page.click('button', 'Delete 1 version')
    page.wait('.notice', '1 version deleted.')
    assert len(server.get(f'/pipelines/{pipeline}/versions')['pipeline_versions']) == 1


def test_a_schedule_is_made_edited_disabled_and_deleted(server, page):
    pipeline = pipeline_of(server, one_script, 'to be scheduled')
    page.open(f'{server.url}/recurringruns')
    page.click('a.button', 'New recurring run')
    page.press('/')
    page.press('to be scheduled', '\n')
    page.click('tbody a', 'to be scheduled')
    write(page, '[name="cron"]', '0 30 6 * * MON')
    # The preview follows what is written.
    page.wait('#preview', ':30:00 UTC')
    write(page, '[name="zone"]', 'Asia/Kolkata')
    page.wait('#preview', '06:30:00 +05:30')
    write(page, '[name="p.script"]', 'true')
    write(page, '[name="name"]', HOSTILE)
    page.click('button', 'Create the recurring run')
    page.wait('.notice', '1 recurring run created.')
    page.wait('.facts', 'Enabled')
    schedule = last(page)
    stored = server.get(f'/recurringruns/{schedule}')
    assert stored['trigger']['cron_schedule']['time_zone'] == 'Asia/Kolkata'
    assert stored['pipeline_version_reference'] == {'pipeline_id': pipeline}

    page.click('a.button', 'Edit')
    assert page.wait('[name="cron"]').get_attribute('value') == '0 30 6 * * MON'
    write(page, '[name="every"]', '1')
    page.click('[name="unit"] option', 'seconds')
    write(page, '[name="name"]', 'often')
    page.click('button', 'Save')
    page.wait('.notice', '1 recurring run changed.')
    page.wait('.cards a', 'often-1')
    page.wait('.cards .state', 'Succeeded')
    page.click('a.button', 'Clone')
    assert page.wait('[name="name"]').get_attribute('value') == 'Clone of often'
    assert page.wait('[name="p.script"]').get_attribute('value') == 'true'
    page.click('[name="rule"][value="cron"]')
    write(page, '[name="cron"]', '0 0 5 1 1 *')
    page.click('button', 'Create the recurring run')
    page.wait('.notice', '1 recurring run created.')
    clone = server.get(f'/recurringruns/{last(page)}')
    assert clone['display_name'] == 'Clone of often' and last(page) != schedule
    assert clone['pipeline_version_reference'] == {'pipeline_id': pipeline}
    page.open(f'{server.url}/recurringruns/{schedule}')
    page.click('button', 'Disable')
    page.wait('.facts', 'Disabled')
    assert server.get(f'/recurringruns/{schedule}')['status'] == 'DISABLED'
    page.click('a', 'All runs')
    page.click('tbody a', 'often-1')
    page.click('.run-head a', 'often')
    page.wait('.facts', 'Disabled')

    page.open(f'{server.url}/#/recurringrun/details/{schedule}')
    page.click('button', 'Delete')
    page.click('button', 'Delete 1 recurring run')
    page.wait('.notice', '1 recurring run deleted.')
    assert server.request('GET', f'/apis/v2beta1/recurringruns/{schedule}').status == 404
    assert page.driver.title != 'owned'


def test_another_version_keeps_what_was_written_and_it_takes(server, page, package):
    pipeline = pipeline_of(server, one_script, 'of two versions')
    second = server.upload(package.read_bytes(), 'of all kinds', 'kinds.yaml', route='upload_version', pipelineid=pipeline)
    version = second.json['pipeline_version_id']
    page.open(f'{server.url}/recurringruns/new?pipeline={pipeline}&version={version}')
    write(page, '[name="name"]', 'by hand')
    write(page, '[name="cron"]', '0 45 7 * * *')
    write(page, '[name="p.script"]', 'echo kept')
    write(page, '[name="p.times"]', '9')
    page.click('[name="version"] option', 'of two versions 1')
    page.wait('.notice', 'does not take what was written for: times')
    page.wait('[name="version"] option[selected]', 'of two versions 1')
    assert page.wait('[name="name"]').get_attribute('value') == 'by hand'
    assert page.wait('[name="cron"]').get_attribute('value') == '0 45 7 * * *'
    assert not page.all('[name="p.times"]')
    # Return in a field saves; it is no button for another version or a preview.
    page.wait('[name="p.script"]').send_keys(' and started', '\n')
    page.wait('.notice', '1 recurring run created.')
    stored = server.get(f'/recurringruns/{last(page)}')
    assert stored['runtime_config']['parameters'] == {'script': 'echo kept and started'}
    assert stored['pipeline_version_reference']['pipeline_version_id'] != version


def test_an_experiment_is_made_filled_and_put_away(server, page):
    pipeline_of(server, one_answer, 'for the experiment')
    page.open(f'{server.url}/experiments')
    page.click('a.button', 'New experiment')
    write(page, '[name="name"]', 'made by hand')
    page.click('button', 'Create')
    page.wait('.notice', '1 experiment created.')
    experiment = last(page)
    page.click('a.button', 'New run')
    page.click('tbody a', 'for the experiment')
    page.click('button', 'Start the run')
    page.wait('.run-head .state', 'Succeeded')
    page.click('.crumbs a', 'made by hand')
    page.wait('tbody a', 'Run of for the experiment')
    page.open(f'{server.url}/experiments?q=by+hand')
    page.wait(f'#experiment-{experiment} .dot .s-succeeded')
    page.click(f'#experiment-{experiment} input')
    page.click('.bulk button', 'Archive')
    page.wait('.empty', 'No experiment fits')
    page.click('.head a', 'Archived')
    page.wait(f'#experiment-{experiment}')
    assert server.get(f'/experiments/{experiment}')['storage_state'] == 'ARCHIVED'


def test_a_run_is_started_in_the_experiment_that_was_asked_for(server, page):
    pipeline = pipeline_of(server, one_answer, 'asked for')
    made = [server.request('POST', '/apis/v2beta1/experiments', {'display_name': name}).json['experiment_id']
            for name in ('asked for', 'put away')]
    # An address of the original, from where a pipeline and its version are still to be chosen.
    page.open(f'{server.url}/#/runs/new?experimentId={made[0]}')
    page.press('/')
    page.press('asked for', '\n')
    page.click('tbody a', 'asked for')
    page.click('[name="version"] option', 'asked for 1')
    page.wait('[name="version"] option[selected]', 'asked for 1')
    page.click('button', 'Start the run')
    page.wait('.run-head .state', 'Succeeded')
    page.wait('.crumbs a', 'asked for')
    run = last(page)
    assert server.get(f'/runs/{run}')['experiment_id'] == made[0]
    page.open(f'{server.url}/recurringruns?experiment={made[0]}')
    page.click('a.button', 'New recurring run')
    page.click('tbody a', 'asked for')
    page.wait('[name="experiment"] option[selected]', 'asked for')

    assert server.request('POST', f'/apis/v2beta1/experiments/{made[0]}:archive').status == 200
    page.open(f'{server.url}/experiments/{made[0]}')
    page.wait('.empty', 'among the archived runs')
    assert not page.js('return [...document.querySelectorAll("a.button")].some((e) => e.textContent === "New run")')
    for address in (f'/#/runs/new?pipelineId={pipeline}&experimentId={made[0]}', f'/runs/new?clone={run}'):
        page.open('about:blank')
        page.open(server.url + address)
        page.wait('[role="alert"]', 'The experiment was archived or deleted')
        page.wait('[name="experiment"] option[selected]', 'Default')


def test_addresses_of_the_original_lead_to_the_same_things(server, page):
    pipeline = pipeline_of(server, one_answer, 'of the original')
    run = server.expect(server.run(one_answer))['run_id']
    for address, title in (
            (f'/#/pipelines/details/{pipeline}/version', 'of the original'),
            (f'/#/pipelines/details?fromRun={run}', 'end to end'),
            (f'/#/pipeline_versions/new?pipelineId={pipeline}', 'Upload a version'),
            (f'/#/runs/new?isRecurring=1&pipelineId={pipeline}', 'New recurring run')):
        page.open('about:blank')
        page.open(server.url + address)
        page.wait('h1', title)


def test_what_a_form_is_refused_for_is_said_in_its_words(server, page, package):
    pipeline = pipeline_of(server, one_answer, 'refused')
    page.open(f'{server.url}/recurringruns/new?pipeline={pipeline}')
    write(page, '[name="zone"]', 'Mars')
    page.wait('#preview', 'Time zone: there is no')
    page.click('button', 'Create the recurring run')
    page.wait('[role="alert"]', 'Time zone: there is no')
    assert refused_for(page) == ['zone']
    page.open(f'{server.url}/pipelines/new')
    write(page, '[name="url"]', 'https://example.org/pipeline.yaml')
    page.click('button', 'Upload')
    page.wait('[role="alert"]', 'Address: this server fetches nothing')
    assert refused_for(page) == ['url']
    page.open(f'{server.url}/pipelines/new')
    page.wait('[name="file"]').send_keys(str(package))
    write(page, '[name="name"]', 'refused')
    page.click('button', 'Upload')
    page.wait('[role="alert"]', 'choose another name')
    assert refused_for(page) == ['name']
    page.wait('.drop', 'Choose kinds.yaml again')
    page.open(f'{server.url}/experiments/new')
    write(page, '[name="name"]', 'Default')
    page.click('button', 'Create')
    page.wait('[role="alert"]', 'choose another name')
    assert refused_for(page) == ['name']


def test_lists_and_pages_follow_what_others_do(server, page):
    page.open(f'{server.url}/pipelines?q=seen+at+once')
    page.wait('.empty', 'No pipeline fits')
    pipeline = pipeline_of(server, one_answer, 'seen at once')
    page.wait(f'#pipeline-{pipeline}')
    page.press('j')
    page.press('\n')
    page.wait('h1', 'seen at once')
    server.request('DELETE', f'/apis/v2beta1/pipelines/{pipeline}?cascade=true')
    page.wait('#status', 'This pipeline was deleted')
    # The browser notes the answer 404, which is how the page learns of it.
    assert all('404' in complaint for complaint in page.complaints())


def test_forms_work_without_scripts(server, page):
    pipeline = pipeline_of(server, one_answer, 'without scripts')
    find = page.driver.find_element
    with page.without_scripts():
        page.open(f'{server.url}/recurringruns/new?pipeline={pipeline}')
        field = find('css selector', '[name="cron"]')
        field.clear()
        field.send_keys('0 15 3 * * *')
        find('css selector', '[name="preview"]').click()
        page.shown('#preview', '03:15:00 UTC')
        page.open(f'{server.url}/runs/new?pipeline={pipeline}')
        field = find('css selector', '[name="p.number"]')
        field.clear()
        field.send_keys('17')
        find('css selector', '[name="version"] option:last-child').click()
        find('css selector', '[name="choose"]').click()
        page.shown('[name="version"] option[selected]', 'without scripts 1')
        assert find('css selector', '[name="p.number"]').get_attribute('value') == '17'
        find('css selector', 'button.primary').click()
        page.shown('h1', 'Run of without scripts')


@pytest.fixture(scope='module')
def looked_at(server):
    """Something of everything, with names that are hard to show."""
    pipeline = pipeline_of(server, of_all_kinds, HOSTILE)
    experiment = server.request('POST', '/apis/v2beta1/experiments', {'display_name': HOSTILE}).json['experiment_id']
    answer = server.request('POST', '/apis/v2beta1/recurringruns', {
        'display_name': HOSTILE, 'experiment_id': experiment, 'mode': 'DISABLE', 'max_concurrency': '1',
        'pipeline_version_reference': {'pipeline_id': pipeline},
        'trigger': {'cron_schedule': {'cron': '0 9 * * *'}}})
    assert answer.status == 200, answer
    return pipeline, experiment, answer.json['recurring_run_id']


@pytest.mark.parametrize('width, theme', LOOKS)
def test_nothing_serious_is_wrong_for_those_who_see_or_hear_pages_differently(server, page, looked_at, width, theme):
    pipeline, experiment, schedule = looked_at
    at = f'/pipelines/{pipeline}'
    page.inspect(server.url, width, theme, [
        '/', '/pipelines', '/pipelines/new', at, f'{at}?task=sh', f'{at}?tab=versions', f'{at}?tab=details',
        f'{at}?tab=spec', '/experiments', '/experiments/new', f'/experiments/{experiment}', '/runs/new',
        f'/runs/new?pipeline={pipeline}', '/recurringruns', f'/recurringruns/new?pipeline={pipeline}',
        f'/recurringruns/{schedule}', f'/recurringruns/{schedule}/edit'])
    assert page.driver.title != 'owned'
