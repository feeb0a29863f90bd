"""Artifacts, their lineage and the comparison of runs in a real browser."""

import pytest
from axe_core_python.selenium import Axe
from browser import Keys, Page
from first_generation import first_generation
from gallery import gallery
from harness import compiled, eventually
from kfp import dsl
from selenium.webdriver import ActionChains


@pytest.fixture
def page(driver):
    """A page of the usual size; at the end the browser must not have had anything to complain of."""
    page = Page(driver)
    driver.set_window_size(1280, 900)
    page.complaints()
    yield page
    # Frames hold pages whose scripts are refused, which the browser notes.
    assert [one for one in page.complaints() if 'sandboxed' not in one] == []
    assert page.driver.title != 'owned'


@pytest.fixture(scope='module')
def runs(server):
    """Two runs of the pipeline that writes everything."""
    ids = []
    for quality in (0.7, 0.9):
        run = server.submit(compiled(gallery), {'quality': quality}, f'quality {quality}').json['run_id']
        server.expect(server.finished(run))
        ids.append(run)
    return ids


@pytest.fixture(scope='module')
def written(server, runs):
    """The artifacts of the first run by name."""
    return {name: artifact for task in server.tasks(runs[0]).values() for name, artifact in task.artifacts.items()}


def test_artifacts_are_listed_found_and_followed_to_what_wrote_them(server, page, written):
    page.open(f'{server.url}/artifacts?type=system.ClassificationMetrics')
    page.wait('tbody .main', 'classes')
    assert not page.js('return [...document.querySelectorAll("tbody .main")].some((e) => e.textContent === "words")')
    page.click('.chips a', 'All')
    page.press('/')
    page.press('rows', Keys.ENTER)
    page.wait('input[name="q"][value="rows"]')
    assert {element.text for element in page.all('tbody .main')} == {'rows'}
    page.press('j', Keys.ENTER)
    page.wait('h1', 'rows')
    page.wait('.data td', 'a note, with "marks" <i>0</i>')
    page.wait('.look', 'The first 200 rows')
    page.click('.columns a', 'prepare')
    page.wait('.panel h2', 'prepare')


@dsl.container_component
def write_at_once(seen_at_once: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec'], args=[
        'mkdir -p "$(dirname "$0")"; echo words > "$0"', seen_at_once.path])


def test_the_list_of_artifacts_follows_what_runs_write(server, page):
    page.open(f'{server.url}/artifacts?q=seen_at_once')
    page.wait('.empty')
    server.succeed(write_at_once)
    page.wait('tbody .main', 'seen_at_once')


@dsl.container_component
def read_slowly(words: dsl.Input[dsl.Dataset], gate: str):
    return dsl.ContainerSpec(image='alpine:3', command=['sh', '-ec'], args=[
        'cat "$0"; while [ ! -e "$1" ]; do sleep 0.02; done', words.path, gate])


@dsl.pipeline(name='read-at-once')
def read_at_once(gate: str):
    read_slowly(words=write_at_once().outputs['seen_at_once'], gate=gate)


def test_the_page_of_an_artifact_follows_who_reads_it(server, page, tmp_path):
    gate = tmp_path / 'gate'
    run = server.submit(compiled(read_at_once), {'gate': str(gate)}, 'reads').json['run_id']
    eventually(lambda: server.tasks(run).get('read-slowly') and server.tasks(run)['read-slowly'].state == 'RUNNING')
    [artifact] = server.tasks(run)['write-at-once'].artifacts.values()
    page.open(f'{server.url}/artifacts/{artifact.id}')
    page.wait('.cards .state', 'Running')
    page.js('window.marked = true')
    gate.touch()
    server.expect(server.finished(run))
    eventually(lambda: page.js('return [...document.querySelectorAll(".cards .state")].map((e) => e.textContent).join()')
               == 'Succeeded,Succeeded')
    assert page.js('return window.marked'), 'the page was loaded again'
    assert server.request('DELETE', f'/apis/v2beta1/runs/{run}').status == 200
    page.wait('#status', 'This artifact was deleted')
    # The browser notes the answer 404, which is how the page learns of it.
    assert all('404' in complaint for complaint in page.complaints())


def test_the_panel_of_a_task_shows_what_it_wrote(server, page, runs):
    page.open(f'{server.url}/runs/{runs[0]}?task=evaluate')
    page.wait('.peek .scalars', 'accuracy')
    page.wait('.peek .matrix', '70')
    assert len(page.all('.peek svg.chart')) == 2
    page.click('.peek h4 a', 'scores')
    page.wait('h1', 'scores')
    page.wait('.scalars td', '0.5714')


def test_a_curve_says_what_a_threshold_means(server, page, written):
    page.open(f'{server.url}/artifacts/{written["classes"].id}')
    slider = page.wait('.readout input')
    slider.send_keys(Keys.RIGHT)
    page.wait('.readout output', 'threshold 0.95')
    page.wait('.readout output', 'false positives 5.0 %')
    # What was chosen stays while the page follows what happens elsewhere.
    now = page.js('return document.body.dataset.now')
    server.succeed(write_at_once)
    eventually(lambda: page.js('return document.body.dataset.now') != now)
    page.wait('.readout output', 'threshold 0.95')
    box = page.wait('svg.chart')
    # In the middle of the curve's right half.
    ActionChains(page.driver).move_to_element_with_offset(box, 90, -60).perform()
    page.wait('.readout output', 'threshold 0.')
    assert 'threshold 0.95' not in page.text('.readout output')
    page.open(f'{server.url}/artifacts/{written["parts"].id}')
    page.wait('.legend', 'small · area under the curve 0.82')
    page.wait('.legend', 'large')


def framed(page, script):
    page.driver.switch_to.frame(page.wait('iframe'))
    try:
        return page.js(script)
    finally:
        page.driver.switch_to.default_content()


def test_html_is_shown_in_a_frame_of_its_own_and_runs_scripts_only_when_asked(server, page, written):
    at = f'{server.url}/artifacts/{written["page"].id}'
    page.open(at)
    assert framed(page, 'return document.getElementById("words").textContent') == 'quality 0.7'
    page.click('.look a', 'Run its scripts')
    page.wait('.look a', 'without its scripts')
    assert 'a script ran' in framed(page, 'return document.getElementById("words").textContent')
    # The first script of the page wanted to change ours and could not.
    page.complaints()
    assert framed(page, 'try { return parent.document.title } catch (error) { return error.name }') == 'SecurityError'
    assert framed(page, 'return origin') == 'null'
    reached = framed(page, 'return fetch(arguments[0]).then(() => "reached", () => "refused")'.replace(
        'arguments[0]', repr(server.url + '/apis/v2beta1/healthz')))
    assert reached == 'refused'
    page.complaints()


def test_html_has_no_scripts_and_no_server_when_it_is_opened_by_itself(server, written):
    frame = f'/artifacts/{written["page"].id}/frame'
    policy = server.request('GET', frame).headers['content-security-policy']
    assert policy.startswith('sandbox;') and 'script-src' not in policy and "default-src 'none'" in policy
    policy = server.request('GET', frame + '?scripts=on').headers['content-security-policy']
    assert policy.startswith('sandbox allow-scripts;') and 'connect-src' not in policy and 'same-origin' not in policy
    assert server.request('GET', f'/artifacts/{written["words"].id}/frame').status == 400
    assert server.request('GET', f'/artifacts/{written["folder"].id}/frame').status == 400


def test_markdown_is_shown_without_what_could_do_harm(server, page, written):
    page.open(f'{server.url}/artifacts/{written["words"].id}')
    page.wait('.markdown h4', 'Results')
    page.wait('.markdown strong', '0.7')
    page.wait('.markdown td', 'quality')
    assert page.js('return document.querySelector(".markdown img").naturalWidth') == 10
    assert page.all('.markdown script, .markdown img[onerror], .markdown a[href^="javascript"]') == []
    assert '<script>' in page.text('.markdown')


def test_a_folder_is_walked_and_each_file_in_it_shown_by_its_kind(server, page, written):
    page.open(f'{server.url}/artifacts/{written["folder"].id}')
    page.click('.entries a', 'dot.png')
    page.wait('h1', 'dot.png')
    assert page.js('const i = document.querySelector(".picture"); return i.decode().then(() => i.naturalWidth)') == 10
    page.click('.crumbs a', 'folder')
    page.click('.entries a', 'table.json')
    page.wait('.data td', '[2,3]')
    page.driver.back()
    page.click('.entries a', 'rates.csv')
    page.wait('.data td', '2,25')
    assert [element.text for element in page.all('.data th')] == ['Größe', 'Anteil']
    page.driver.back()
    page.click('.entries a', 'tree.json')
    page.wait('.look pre', '"c": null')
    page.driver.back()
    page.click('.entries a', 'notes.txt')
    page.wait('.look .a-f1', 'red')
    page.driver.back()
    page.click('.entries a', 'data.bin')
    page.wait('.look', 'no view for this kind of file')
    page.driver.back()
    page.click('.entries a', 'drawing.svg')
    assert page.js('const i = document.querySelector(".picture"); return i.decode().then(() => i.naturalWidth)') == 90
    page.driver.back()
    page.click('.entries a', 'work.ipynb')
    page.wait('.notebook .output', '42')
    page.wait('.notebook .a-f1', 'E')
    assert page.all('.notebook script') == []
    page.click('.crumbs a', 'folder')
    page.click('.entries a', 'deep/')
    page.click('.entries a', 'er/')
    page.click('.entries a', 'leaf.tsv')
    page.wait('.data th', 'b')


def test_what_is_not_there_any_more_is_said(server, page, tmp_path):
    run = server.submit(compiled(gallery), {'quality': 0.5}, 'soon gone').json['run_id']
    server.expect(server.finished(run))
    words = server.tasks(run)['report'].artifacts['words']
    words.path.unlink()
    page.open(f'{server.url}/artifacts/{words.id}')
    page.wait('.look', 'moved or removed')
    page.open(f'{server.url}/runs/{run}?task=report')
    page.wait('.peek', 'moved or removed')
    for path in ('/artifacts/nobody', f'/artifacts/{words.id}?tab=bad', f'/artifacts/{words.id}?tab=lineage&depth=99',
                 '/artifacts?sort=bad', f'/artifacts/{words.id}?path=../../secret'):
        answer = server.request('GET', path)
        assert answer.status in (200, 400, 404) and 'aria-label="Main"' in answer.text, path
        assert 'root:' not in answer.text


def test_lineage_leads_from_artifact_to_artifact_across_runs(server, page, runs, written):
    page.open(f'{server.url}/artifacts/{written["scores"].id}?tab=lineage')
    page.wait('svg.graph .task title, svg.graph title', 'evaluate of the run quality 0.7')
    page.click('svg.graph .artifact a', 'rows')
    page.wait('h1', 'rows')
    # The second run took the rows from the cache and went on with them.
    page.wait('svg.graph title', 'evaluate of the run quality 0.9')
    page.wait('svg.graph title', 'prepare of the run quality 0.9: Cached')
    page.click('.chips a', 'What it was made from')
    page.wait('svg.graph title', 'prepare of the run quality 0.7')
    assert 'evaluate' not in page.text('svg.graph')
    page.click('svg.graph .node:not(.artifact) a', 'quality 0.7')
    page.wait('.panel h2', 'prepare')


@pytest.mark.parametrize('width, theme', [(1280, 'light'), (1280, 'dark'), (400, 'light'), (400, 'dark')])
def test_nothing_serious_is_wrong_for_those_who_see_or_hear_pages_differently(server, page, runs, written, width, theme):
    emulate = page.driver.execute_cdp_cmd
    emulate('Emulation.setEmulatedMedia', {'features': [{'name': 'prefers-color-scheme', 'value': theme}]})
    emulate('Emulation.setDeviceMetricsOverride',
            {'width': width, 'height': 900, 'deviceScaleFactor': 1, 'mobile': False})
    of = {name: f'/artifacts/{artifact.id}' for name, artifact in written.items()}
    try:
        for path in ('/artifacts', of['classes'], of['rows'], of['words'], of['folder'], of['folder'] + '?path=work.ipynb',
                     of['rows'] + '?tab=lineage', f'/runs/{runs[0]}?task=evaluate',
                     f'/runs/{runs[0]}?artifacts=shown', f'/compare?run={runs[0]}&run={runs[1]}'):
            page.open(server.url + path)
            found = Axe().run(page.driver)['violations']
            serious = [(one['id'], one['nodes'][0]['html'][:200]) for one in found
                       if one['impact'] in ('serious', 'critical')]
            assert serious == [], path
            wide = page.js('return document.documentElement.scrollWidth')
            assert wide <= width, f'{path} is {wide} pixels wide'
    finally:
        emulate('Emulation.clearDeviceMetricsOverride', {})
        emulate('Emulation.setEmulatedMedia', {'features': []})


@pytest.fixture(scope='module')
def visualized(server):
    """Two runs of a pipeline with the files that components of KFP 1.x wrote, and the artifacts of the first."""
    ids = []
    for accuracy in (0.9125, 0.5):
        run = server.submit(compiled(first_generation), {'accuracy': accuracy}, f'accuracy {accuracy}').json['run_id']
        server.expect(server.finished(run))
        ids.append(run)
    return ids, server.tasks(ids[0])['visualize'].artifacts


def test_what_components_of_the_first_generation_wrote_for_pages_is_shown(server, page, visualized):
    runs, written = visualized
    at = f'{server.url}/artifacts/{written["mlpipeline_ui_metadata"].id}'
    page.open(at)
    page.wait('.look .matrix caption', 'Rows: target, columns: guess. Right: 91.3 %')
    page.wait('.look .matrix td', '33')
    page.wait('.look .readout output', 'threshold 1')
    page.wait('.look .data td', '<script>')
    page.wait('.look .markdown strong', '0.9125')
    assert framed(page, 'return document.getElementById("words").textContent') == 'a plot'
    page.wait('.look p', 'tensorboard --logdir gs://a-bucket/logs')
    page.wait('.look p', "not '/etc/passwd', which is another place")
    page.wait('.look p', 'there is no view for')
    assert page.all('.look script') == [] and 'root:' not in page.text()
    page.complaints()
    page.click('.look a', 'Run its scripts')
    page.wait('.look a', 'without its scripts')
    assert 'a script ran' in framed(page, 'return document.getElementById("words").textContent')
    page.complaints()
    page.open(f'{server.url}/artifacts/{written["mlpipeline_metrics"].id}')
    page.wait('.scalars td', '91.3 %')
    page.open(f'{server.url}/runs/{runs[0]}?task=visualize')
    page.wait('.peek .matrix td', '33')
    page.wait('.peek .scalars td', '91.3 %')
    page.open(f'{server.url}/compare?run={runs[0]}&run={runs[1]}')
    page.wait('.compared .differs', 'accuracy-score')
    assert len(page.all('.beside .matrix')) == 2 and len(page.all('.beside iframe')) == 2
    page.complaints()


def test_a_page_within_a_file_has_no_scripts_and_no_server_either(server, visualized):
    frame = f'/artifacts/{visualized[1]["mlpipeline_ui_metadata"].id}/frame'
    answer = server.request('GET', f'{frame}?part=4')
    assert 'a plot' in answer.text
    policy = answer.headers['content-security-policy']
    assert policy.startswith('sandbox;') and 'script-src' not in policy and "default-src 'none'" in policy
    for other in ('?part=0', '?part=99', '?part=-1', ''):
        assert server.request('GET', frame + other).status in (400, 404), other


def test_runs_that_were_chosen_in_the_list_are_compared(server, page, runs):
    page.open(f'{server.url}/runs?q=quality')
    for run in reversed(runs):
        page.click(f'#run-{run} input')
    page.click('.bulk button', 'Compare')
    page.wait('h1', 'Compare 2 runs')
    # The newest is first in the list, and so the first here.
    assert [element.text for element in page.all('.runs-compared .main')] == ['quality 0.9', 'quality 0.7']
    page.wait('.compared .differs', 'accuracy')
    page.wait('.compared .differs', '0.9 ▲')
    assert len(page.all('svg.parallel .axis')) == 3
    page.wait('section h2', 'ROC curves: evaluate · classes')
    assert len(page.all('section:has(.roc) svg.chart path[data-points]')) == 6
    assert len(page.all('.beside .matrix')) == 2
    assert len(page.all('.beside iframe')) == 2 and len(page.all('.beside .markdown')) == 2
    page.wait('#specs', 'B have the same spec')
    page.click('.head a', 'only what differs')
    page.wait('.compared .differs', 'quality')
    assert not page.js('return [...document.querySelectorAll(".compared tbody tr")].some((e) => !e.className)')


def test_the_difference_of_two_specs_is_shown_line_by_line(server, page, runs):
    spec = compiled(gallery)
    spec['root']['inputDefinitions']['parameters']['quality']['defaultValue'] = 0.25
    run = server.submit(spec, {}, 'another spec').json['run_id']
    server.expect(server.finished(run))
    page.open(f'{server.url}/#/compare?runlist={runs[0]},{run}')
    page.wait('#specs', '1 line removed, 1 line added')
    page.wait('.diff del', 'defaultValue: 0.8')
    page.wait('.diff ins', 'defaultValue: 0.25')
    page.wait('.diff .gap', 'lines')


def test_artifacts_stand_between_tasks_in_the_graph_when_asked_for(server, page, runs):
    page.open(f'{server.url}/runs/{runs[0]}')
    page.wait('svg.graph .node', 'evaluate')
    assert page.all('svg.graph .artifact') == []
    page.click('.graph-tools a', 'Artifacts in the graph')
    page.wait('svg.graph .artifact', 'rows')
    page.click('svg.graph .artifact a', 'classes')
    page.wait('h1', 'classes')


def test_artifacts_lineage_and_comparison_can_be_read_without_scripts(server, page, runs, written):
    page.driver.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', {'value': True})
    find = page.driver.find_element
    try:
        page.open(f'{server.url}/artifacts/{written["classes"].id}')
        find('css selector', '.roc summary').click()
        assert 'True positives' in find('css selector', '.roc details').text
        find('link text', 'Lineage').click()
        page.shown('h1', 'classes')
        page.shown('.steps summary', 'list').click()
        assert 'written by' in find('css selector', '.steps').text
        page.open(f'{server.url}/runs?q=quality')
        for run in runs:
            find('css selector', f'#run-{run} input').click()
        find('css selector', '[formaction="/compare"]').click()
        page.shown('h1', 'Compare 2 runs')
        assert 'accuracy' in find('css selector', 'main').text
    finally:
        page.driver.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', {'value': False})
