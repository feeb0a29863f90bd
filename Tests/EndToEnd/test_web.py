"""The pages in a real browser: what a person sees and does."""

import subprocess
import sys

import pytest
from browser import LOOKS, Keys
from harness import ENVIRONMENT, compiled, eventually
from kfp import dsl
from pipelines import one_answer, one_script, sh

HOSTILE = '"><script>document.title="owned"</script><b>bold</b>'


def started(server, pipeline, parameters=None, name='a run of the pages'):
    answer = server.submit(compiled(pipeline), parameters, name)
    assert answer.status == 200, answer
    return answer.json['run_id']


def gated(gate, then='true'):
    """A script that goes on once a file is there."""
    return f'echo waiting; while [ ! -e {gate} ]; do sleep 0.02; done; {then}'


@dsl.pipeline(name='a-loop-and-a-branch')
def loop_and_branch(script: str, many: int = 1):
    first = sh(script=script)
    first.set_display_name('The first step')
    with dsl.ParallelFor([1, 2, 3]) as item:
        sh(script='echo one of three')
    with dsl.If(many > 5):
        sh(script='true')
    last = sh(script='echo last').after(first)
    last.set_display_name(HOSTILE)


def test_a_run_submitted_by_the_sdk_is_watched_to_its_end_without_a_reload(server, client, page, tmp_path):
    gate = tmp_path / 'gate'
    run = client.create_run_from_pipeline_func(loop_and_branch, arguments={'script': gated(gate)})
    # The address that the SDK prints.
    page.open(f'{server.url}/#/runs/details/{run.run_id}')
    page.wait('.run-head .state', 'Running')
    assert page.path == f'/runs/{run.run_id}'
    page.wait('#n-sh.s-running .title', 'The first step')
    page.js('window.marked = true')
    gate.touch()
    page.wait('.run-head .state', 'Succeeded')
    page.wait('#n-sh.s-succeeded')
    page.wait('[id^="n-condition"].s-skipped', 'The condition was false')
    page.wait('[id^="n-for-loop"].s-succeeded', '3 of 3 done')
    # However often the page has changed, a button is one step.
    width = page.js('return Number(document.querySelector("svg.graph").getAttribute("width"))')
    page.click('[data-zoom="out"]')
    assert page.js('return Number(document.querySelector("svg.graph").getAttribute("width"))') == pytest.approx(
        0.8 * width, abs=2)
    assert page.js('return window.marked'), 'the page was loaded again'
    assert page.driver.title != 'owned'


def test_a_failed_step_tells_why_and_shows_its_log(server, page):
    script = r'printf "\033[31mred words\033[0m <b>not bold</b>\n\033[1ma plain line\033[0m\n"; exit 3'
    run_id = started(server, one_script, {'script': script}, name=HOSTILE)
    server.finished(run_id)
    page.open(f'{server.url}/')
    page.click('#failed-' + run_id + ' a')
    page.wait('.reason', 'exit status 3: a plain line')
    page.click('.run-head a', 'Show sh')
    page.wait('.panel .reason', 'exit status 3')
    page.wait('.logtext .a-f1', 'red words')
    assert '<b>not bold</b>' in page.text('.logtext')
    page.wait('.attempts', 'exit 3')
    page.wait('.panel dd', f'{run_id}.sh:0')
    page.press('/')
    page.press('PLAIN')
    page.wait('.found', '1 of 1')
    assert page.driver.title != 'owned'


def test_a_log_is_searched_past_letters_that_grow_when_they_are_made_small(server, page):
    run_id = started(server, one_script, {'script': 'echo "İİİİ Straße, a wanted word"'})
    server.expect(server.finished(run_id))
    page.open(f'{server.url}/runs/{run_id}?task=sh')
    page.wait('.logtext', 'wanted')
    page.press('/')
    page.press('WANTED')
    page.wait('.found', '1 of 1')
    assert page.js("return [...CSS.highlights.get('current')].map(String)") == ['wanted']


def test_a_log_is_followed_while_it_is_written(server, page, tmp_path):
    gate = tmp_path / 'gate'
    run_id = started(server, one_script, {'script': gated(gate, 'echo and on')})
    page.open(f'{server.url}/runs/{run_id}?task=sh')
    page.wait('.logtext', 'waiting')
    gate.touch()
    page.wait('.logtext', 'and on')
    server.expect(server.finished(run_id))


def test_a_log_that_is_still_empty_has_a_name_for_those_who_hear_pages(server, page, tmp_path):
    gate = tmp_path / 'gate'
    run_id = started(server, one_script, {'script': f'while [ ! -e {gate} ]; do sleep 0.02; done'})
    eventually(lambda: 'sh' in server.tasks(run_id) and server.tasks(run_id)['sh'].state == 'RUNNING')
    page.inspect(server.url, 1280, 'light', [f'/runs/{run_id}?task=sh'])
    gate.touch()
    server.expect(server.finished(run_id))


def test_a_long_log_opens_at_its_end(server, page):
    script = r'i=0; while [ $i -lt 900 ]; do echo "line $i"; i=$((i+1)); done; echo the last one'
    run_id = started(server, one_script, {'script': script})
    server.expect(server.finished(run_id))
    page.open(f'{server.url}/runs/{run_id}?task=sh')
    page.wait('.logtext', 'the last one')
    eventually(lambda: page.js('''const log = document.querySelector('.logtext');
        return log.scrollHeight > 9000 && log.scrollHeight - log.scrollTop - log.clientHeight < 2'''), 5)


def test_a_clone_with_other_parameters_gives_another_result(server, page):
    run_id = started(server, one_answer, {'number': 42}, name='the original')
    server.expect(server.finished(run_id))
    page.open(f'{server.url}/runs/{run_id}')
    page.click('a.button', 'Clone')
    field = page.wait('[name="p.number"]')
    assert field.get_attribute('value') == '42'
    field.clear()
    field.send_keys('many')
    page.click('button', 'Start the run')
    page.wait('[role="alert"]', 'number: expected a whole number')
    field = page.wait('[name="p.number"]')
    field.clear()
    field.send_keys('43', Keys.ENTER)
    page.wait('.run-head h1', 'Clone of the original')
    page.wait('.run-head .state', 'Succeeded')
    page.click('.tabs a', 'Details')
    page.wait('.values', '43')
    clone = page.path.split('?')[0].split('/')[-1]
    assert clone != run_id
    assert server.get(f'/runs/{clone}')['runtime_config']['parameters'] == {'number': 43}


def test_a_failed_run_is_retried_and_repeated_from_a_step(server, page, tmp_path):
    gate = tmp_path / 'gate'
    run_id = started(server, one_script, {'script': f'[ -e {gate} ]'})
    server.finished(run_id)
    page.open(f'{server.url}/runs/{run_id}')
    page.wait('.run-head .state', 'Failed')
    gate.touch()
    page.click('button', 'Retry')
    page.wait('.notice', '1 run retried.')
    page.wait('.run-head .state', 'Succeeded')
    page.click('#n-sh a')
    page.click('button', 'Run again from here')
    page.wait('.run-head', 'Repeats another run')
    page.wait('.run-head .state', 'Succeeded')
    assert page.path != f'/runs/{run_id}'


def test_a_list_is_live_searched_and_worked_on(server, page, tmp_path):
    page.open(f'{server.url}/runs?q=of+the+list')
    page.wait('.empty', 'No run fits')
    gate = tmp_path / 'gate'
    ids = [started(server, one_script, {'script': gated(gate)}, name=f'{name} of the list') for name in 'ab']
    for run_id in ids:
        page.wait(f'#run-{run_id} .state', 'Running')
    gate.touch()
    for run_id in ids:
        page.wait(f'#run-{run_id} .state', 'Succeeded')
    assert page.js('return [...document.querySelectorAll(".bulk button")].every((button) => button.disabled)')
    page.click(f'#run-{ids[0]} input')
    page.wait('.bulk', 'With the 1 chosen:')
    page.wait('.bulk button:disabled', 'Compare')
    page.click(f'#run-{ids[0]} input')
    page.click('[data-all]')
    page.click('.bulk button', 'Retry')
    page.wait('h1', 'Nothing was retried')
    page.wait('main li', 'b of the list')
    page.wait('main li', 'has succeeded; there is nothing to retry')
    page.click('a.button', 'Back')
    page.click('[data-all]')
    page.click('.bulk button', 'Archive')
    page.wait('.notice', '2 runs archived.')
    page.wait('.empty', 'No run fits')
    assert all(server.get(f'/runs/{run_id}')['storage_state'] == 'ARCHIVED' for run_id in ids)
    page.click('main a', 'Archive')
    page.click(f'#run-{ids[0]} input')
    page.click('.bulk button', 'Delete')
    page.wait('h1', 'Delete 1 run?')
    page.click('button', 'Delete 1 run')
    page.wait('.notice', '1 run deleted.')
    assert server.request('GET', f'/apis/v2beta1/runs/{ids[0]}').status == 404


def test_executions_of_all_runs_are_listed_live_and_lead_to_their_panels(server, page, tmp_path):
    # What ran before has no step that runs.
    page.open(f'{server.url}/#/executions')
    page.wait('h1', 'Executions')
    page.click('.chips a', 'Running')
    page.wait('.empty', 'No execution fits')
    page.js('window.marked = true')
    gate = tmp_path / 'gate'
    run_id = started(server, loop_and_branch, {'script': gated(gate)}, name='a run with executions')
    row = f'[id="task-{run_id}.sh"]'
    page.wait(f'{row} .state', 'Running')
    page.wait(f'{row} .main', 'The first step')
    page.wait(f'{row} .col-run a', 'a run with executions')
    gate.touch()
    server.expect(server.finished(run_id))
    page.wait('.empty', 'No execution fits')
    assert page.js('return window.marked'), 'the page was loaded again'
    page.click('.chips a', 'All')
    page.press('/')
    page.press('first step', Keys.ENTER)
    page.wait('input[name="q"][value="first step"]')
    assert {element.text for element in page.all('tbody .main')} == {'The first step'}
    page.click(f'{row} .main')
    page.wait('.panel h2', 'The first step')
    assert page.path == f'/runs/{run_id}?task=sh'
    page.open(f'{server.url}/executions?groups=shown&q=for-loop')
    page.wait(f'[id="task-{run_id}.for-loop-2"] .tag', 'Loop')
    page.wait(f'[id="task-{run_id}.for-loop-2.2"] .main', 'for-loop-2 · 3')
    page.click(f'[id="task-{run_id}.for-loop-2.2"] .main')
    page.wait('.panel h2', 'for-loop-2 · 3')
    # An address of the original, with an id of ours.
    page.open(f'{server.url}/#/executions/{run_id}.for-loop-2')
    page.wait('.panel .tag', 'Loop')


def test_keys_lead_everywhere(server, page):
    server.succeed(one_script, script='true')
    page.open(server.url)
    page.press('j')
    assert page.js('return document.activeElement.closest("[data-rows] > li")?.id').startswith(('now-', 'lately-'))
    page.press('g', 'r')
    page.wait('h1', 'Runs')
    page.press('j', 'j', 'k')
    assert page.js('return document.activeElement.closest("tr")?.rowIndex') == 1
    page.press('x')
    assert page.js('return document.querySelector("tbody input").checked')
    page.press('?')
    assert page.js('return document.getElementById("help").open')
    page.press(Keys.ESCAPE)
    page.press('/')
    assert page.js('return document.activeElement.name') == 'q'


def test_the_example_on_the_first_page_works_as_it_stands(server, page, tmp_path):
    example = page.open(server.url).text('pre.code')
    assert server.url in example
    script = tmp_path / 'example.py'
    script.write_text(example)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    page.click('[id^="now-"] a, [id^="lately-"] a', 'hello', timeout=60)
    page.wait('.run-head .state', 'Succeeded', timeout=90)


def test_pages_can_be_read_and_used_without_scripts(server, page):
    run_id = started(server, one_script, {'script': 'echo a line; exit 4'})
    server.finished(run_id)
    with page.without_scripts():
        page.open(f'{server.url}/runs')
        page.driver.find_element('css selector', f'#run-{run_id} a').click()
        page.driver.find_element('css selector', '#n-sh a').click()
        panel = page.driver.find_element('css selector', '.panel').text
        assert 'exit status 4' in panel and 'open the whole log' in panel
        page.driver.find_element('link text', 'Whole log').click()
        assert 'a line' in page.driver.find_element('css selector', '.logtext').text


def test_a_page_outlives_the_server_and_says_so(own_server, page, tmp_path):
    own_server.start()
    gate = tmp_path / 'gate'
    run_id = started(own_server, one_script, {'script': gated(gate)})
    page.open(f'{own_server.url}/runs/{run_id}')
    page.wait('.run-head .state', 'Running')
    page.js('window.marked = true')
    own_server.kill()
    page.wait('#status', 'The server does not answer')
    gate.touch()
    own_server.start()
    page.wait('#status', 'The server is back')
    page.wait('.run-head .state', 'Succeeded')
    assert page.js('return window.marked'), 'the page was loaded again'
    # An open page must not keep a server from ending.
    assert own_server.stop(10) == 0
    page.open('about:blank')


def test_a_run_that_is_deleted_while_it_is_looked_at_says_so(server, page):
    run_id = started(server, one_script, {'script': 'true'})
    server.finished(run_id)
    page.open(f'{server.url}/runs/{run_id}')
    page.wait('.run-head .state', 'Succeeded')
    assert server.request('DELETE', f'/apis/v2beta1/runs/{run_id}').status == 200
    page.wait('#status', 'This run was deleted')
    assert 'one-script' in page.text()
    assert not page.wait('.actions button', 'Archive').is_displayed()
    # The browser notes the answer 404, which is how the page learns of it.
    assert all('404' in complaint for complaint in page.complaints())


def test_a_comparison_follows_its_runs(server, page, tmp_path):
    gate = tmp_path / 'gate'
    ids = [started(server, one_script, {'script': gated(gate)}, name=name) for name in ('left', 'right')]
    page.open(f'{server.url}/compare?run={ids[0]}&run={ids[1]}')
    page.wait('.runs-compared li:last-child .state', 'Running')
    page.js('window.marked = true')
    gate.touch()
    for place in ('first', 'last'):
        page.wait(f'.runs-compared li:{place}-child .state', 'Succeeded')
    assert page.js('return window.marked'), 'the page was loaded again'
    assert server.request('DELETE', f'/apis/v2beta1/runs/{ids[1]}').status == 200
    page.wait('#status', 'One of these runs was deleted')
    assert all('404' in complaint for complaint in page.complaints())


def test_the_first_page_tells_how_the_server_is(server, page, tmp_path):
    gate = tmp_path / 'gate'
    run_id = started(server, one_script, {'script': gated(gate)})
    page.open(server.url)
    page.wait('[aria-labelledby="server"] .state', 'Well')
    page.wait('[aria-labelledby="server"] dd', 'SQLite, local processes')
    page.wait('[aria-labelledby="server"] dd', ' free of ')
    page.wait('[aria-labelledby="server"] dd', '1 of 4 running, 0 waiting')
    gate.touch()
    page.wait('[aria-labelledby="server"] dd', '0 of 4 running, 0 waiting')
    server.expect(server.finished(run_id))


@pytest.fixture(scope='module')
def looked_at(server):
    """A run with something of everything in it."""
    run_id = started(server, loop_and_branch, {'script': 'echo words; exit 1'}, name='a run to look at')
    server.finished(run_id)
    return run_id


@pytest.mark.parametrize('width, theme', LOOKS)
def test_nothing_serious_is_wrong_for_those_who_see_or_hear_pages_differently(server, page, looked_at, width, theme):
    run = f'/runs/{looked_at}'
    page.inspect(server.url, width, theme, [
        '/', '/runs', run, f'{run}?task=sh', f'{run}?task=for-loop-1', f'{run}?tab=timeline', f'{run}?tab=details',
        f'{run}?tab=spec', f'/runs/new?clone={looked_at}', f'{run}/log?task=sh', '/executions', '/executions?groups=shown',
        '/executions?state=failed'])


def test_an_event_reaches_a_page_within_a_moment(server, page, tmp_path):
    gate = tmp_path / 'gate'
    run_id = started(server, one_script, {'script': gated(gate)})
    page.open(f'{server.url}/runs/{run_id}')
    page.wait('.run-head .state', 'Running')
    page.js('''window.seen = 0; new MutationObserver(() => {
        if (!window.seen && document.querySelector('.run-head .state').textContent === 'Succeeded')
          window.seen = Date.now();
    }).observe(document.getElementById('main'), { subtree: true, childList: true, attributes: true, characterData: true })''')
    gate.touch()
    server.expect(server.finished(run_id))
    seen = eventually(lambda: page.js('return window.seen'), what='the end on the page')
    ended = page.js('return Date.parse(arguments[0])', server.get(f'/runs/{run_id}')['state_history'][-1]['update_time'])
    # Times over REST have whole seconds; the bound is far above what is usual, for busy machines.
    assert seen - ended < 3000
