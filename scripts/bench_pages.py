"""What the pages take in a real browser: a part of scripts/bench_service.py, which fills the server first.

Times are those of the browser itself (Navigation Timing), on this machine and therefore with the browser beside the
server on the same cores.
"""

import os
import pathlib
import sqlite3
import statistics
import sys
import time

from bench import PROJECT, compiled, shell_fan

sys.path.append(str(PROJECT / 'Tests' / 'EndToEnd'))
from kfp import dsl  # noqa: E402

TIMES = '''const [page] = performance.getEntriesByType('navigation');
return page.loadEventEnd > 0
  ? [page.responseStart - page.requestStart, page.loadEventEnd - page.startTime, page.encodedBodySize] : null'''
# Notes when a node of the graph is first seen to be done.
WATCH = '''window.seen = {};
new MutationObserver(() => {
  for (const node of document.querySelectorAll('svg.graph .s-succeeded[id^="n-"]')) window.seen[node.id] ??= Date.now();
}).observe(document.getElementById('main'), { subtree: true, childList: true, attributes: true })'''


@dsl.container_component
def pause(seconds: float, order: int):
    return dsl.ContainerSpec(image='alpine:3', command=['sleep'], args=[seconds])


@dsl.pipeline(name='bench-live')
def paused():
    before = None
    for number in range(12):
        # Far enough apart that each end is a change of its own.
        step = pause(seconds=0.4, order=number)
        step.set_caching_options(False)
        if before is not None:
            step.after(before)
        before = step


def load(driver, url, rounds):
    """Opens an address some times; returns medians and worsts of the first byte and of the whole page, in ms."""
    times = []
    for number in range(rounds + 1):
        driver.get(url)
        found = None
        while found is None:
            found = driver.execute_script(TIMES)
        # The first one fills the browser's cache with scripts and styles, and wakes the server up.
        if number:
            times.append(found)
        # A page that is open asks for itself once it listens; that is not to be mistaken for the next one.
        time.sleep(0.15)
    first, whole, size = zip(*times)
    return {'first_ms': statistics.median(first), 'first_max_ms': max(first), 'whole_ms': statistics.median(whole),
            'whole_max_ms': max(whole), 'kilobytes': size[-1] / 1000}


def live(driver, server, data):
    """How long after the end of a task, as it is stored, the page shows it, in ms."""
    run = server.submit(compiled(paused), {})
    driver.get(f'{server.url}/runs/{run}')
    driver.execute_script(WATCH)
    server.wait(lambda: server.call('GET', f'/runs/{run}'), 0.5)
    time.sleep(1)
    seen = driver.execute_script('return window.seen')
    database = sqlite3.connect(f'file:{data}/martlet.db?mode=ro', uri=True)
    ended = dict(database.execute("SELECT path, ended_at FROM tasks WHERE run_id = ? AND kind = 'RUNTIME'", (run,)))
    database.close()
    late = [seen[f'n-{path}'] - at for path, at in ended.items() if f'n-{path}' in seen]
    if len(late) < len(ended):
        raise SystemExit(f'bench: of {len(ended)} tasks the page has shown the ends of {len(late)}: {sorted(seen)}')
    return {'tasks': len(late), 'median_ms': statistics.median(late), 'max_ms': max(late)}


def idle(server, seconds):
    """The share of one core that the server takes while nothing happens, in percent."""
    def ticks():
        # Of the whole process: threads come and go.
        fields = pathlib.Path(f'/proc/{server.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
        return int(fields[11]) + int(fields[12])
    began = ticks()
    time.sleep(seconds)
    return (ticks() - began) / os.sysconf('SC_CLK_TCK') / seconds * 100


def measure(server, data, experiment, pipeline, rounds=15, idle_seconds=30, idle_rounds=3):
    """Everything about pages, on a server that is filled already."""
    import browser
    import harness
    driver = browser.start()
    try:
        wide = server.submit(compiled(shell_fan(1000)), {})
        newest = '/runs?page_size=1&sort_by=created_at%20desc'
        server.wait(lambda: server.call('GET', newest)['runs'][0], 0.5)
        lists = [
            ('home', '/'), ('runs', '/runs'), ('runs, only those that failed', '/runs?state=failed'),
            ('runs, by name, frequent', '/runs?q=whisper'), ('runs, by name, none', '/runs?q=no+such+name'),
            ('runs, by two letters, none', '/runs?q=zq'), ('runs, by two letters', '/runs?q=wh'),
            ('runs, sorted by name', '/runs?sort=name'), ('runs of an experiment', f'/experiments/{experiment}'),
            ('experiments', '/experiments'), ('pipelines', '/pipelines'), ('a pipeline', f'/pipelines/{pipeline}'),
            ('recurring runs', '/recurringruns'), ('artifacts', '/artifacts'),
            ('executions', '/executions'), ('executions, failed', '/executions?state=failed'),
            ('executions, by name, none', '/executions?q=no+such+name'),
            ('... and failed or stopped', '/executions?q=no+such+name&state=failed&state=canceled'),
            ('a run of 1,000 tasks', f'/runs/{wide}'), ('... its timeline', f'/runs/{wide}?tab=timeline'),
            ('... one of its tasks', f'/runs/{wide}?task=nothing-500'),
        ]
        rows = []
        for name, path in lists:
            rows.append([name, load(driver, server.url + path, rounds)])
            print(f'  measured: the page {path}', file=sys.stderr)
        late = live(driver, server, data)
        print('  measured: live updates', file=sys.stderr)
        shares = {'open_percent': [], 'closed_percent': []}
        # In turns: now and then a server does something of its own accord.
        for _ in range(idle_rounds):
            driver.get(f'{server.url}/runs/{wide}')
            # What there is to do for a page that has just been opened is done by then.
            time.sleep(5)
            shares['open_percent'].append(idle(server, idle_seconds))
            driver.get('about:blank')
            time.sleep(1)
            shares['closed_percent'].append(idle(server, idle_seconds))
        shares = {name: statistics.median(each) for name, each in shares.items()}
        print('  measured: an idle page', file=sys.stderr)
        return {'rows': rows, 'live': late, 'idle': {**shares, 'seconds': idle_seconds, 'rounds': idle_rounds},
                'browser': driver.capabilities['browserVersion']}
    finally:
        driver.quit()
        harness.leftovers(harness.SDK_HOME)


def show(found):
    """The same as text."""
    print(f'\n{"page":32}{"first byte, ms":>16}{"at most":>10}{"complete, ms":>16}{"at most":>10}{"kB":>8}')
    for name, row in found['rows']:
        print(f'{name:32}{row["first_ms"]:16.1f}{row["first_max_ms"]:10.1f}{row["whole_ms"]:16.1f}'
              f'{row["whole_max_ms"]:10.1f}{row["kilobytes"]:8.0f}')
    late, share = found['live'], found['idle']
    print(f'\nlive: the end of a task is seen after {late["median_ms"]:.0f} ms, at most {late["max_ms"]:.0f} ms; '
          f'idle: {share["open_percent"]:.2f} % of a core with a page open, {share["closed_percent"]:.2f} % with none')
