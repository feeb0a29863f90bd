"""Writes docs/benchmarks.md from what `make bench` and `make bench-peers` have measured, and from nothing else."""

import json
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parent.parent
MEASURED = PROJECT / '.bench'

HEAD = """# Benchmarks

`make bench` measures an optimised build and writes this page; `make bench-peers` adds the other programs. No figure here
was written by a person. Compare figures of one page only: they are of one machine, and each stands beside the floor or
the peer that was measured in the same round.
"""


def table(head, rows):
    lines = ['| ' + ' | '.join(head) + ' |', '|---|' + '---:|' * (len(head) - 1)]
    return '\n'.join(lines + ['| ' + ' | '.join(str(cell) for cell in row) + ' |' for row in rows]) + '\n'


def where(report):
    machine = report['machine']
    return (f'{machine["date"]}, {machine["processor"]}, {machine["cores"]} cores, {machine["memory_gb"]} GB, '
            f'{machine["system"]}, Python {machine["python"]}, kfp {machine["kfp"]}; '
            f'load average before: {machine["load_before"]:.1f}.')


def tasks(report):
    yield '## Tasks\n'
    yield where(report) + f' Medians of {report["rounds"]} rounds, with the fastest and the slowest.\n'
    yield table(
        ['', 'tasks', 'ms a task', 'spread', 'while asked', 'seen by a client', 'floor', 'ratio'],
        [[name, row['tasks'], f'{row["ms_per_task"]:.2f}',
          f'{row["ms_per_task_min"]:.2f} – {row["ms_per_task_max"]:.2f}', f'{row["ms_per_task_asked"]:.2f}',
          f'{row["ms_per_task_seen"]:.2f}',
          f'{row["floor_ms"]:.2f}', f'{row["ms_per_task_seen"] / row["floor_ms"]:.2f}']
         for name, row in report['tasks'].items()])
    yield ('The floors are what one process costs, one after the other, without any server: `true` for shell tasks, '
           '`python3 -c pass`\nfor Python. Tasks of a fan-out run two at a time. "While asked" is the median of as many '
           'rounds in which a client asks for\nthe run with all its tasks every second.\n')
    yield table(
        ['loop of shell tasks', 'seconds', 'ms a task', 'peak memory of the server'],
        [[f'{int(count):,}', f'{row["seconds"]:.1f}', f'{row["ms_per_task"]:.2f}', f'{row["peak_mb"]:.0f} MB']
         for count, row in report['loops'].items()])
    yield table(['the engine alone, loop', 'µs a task'],
                [[f'{int(count):,}', f'{each:.1f}'] for count, each in report['engine_us_per_iteration'].items()])
    yield table(['server', ''], [
        ['start to first answer, fresh data', f'{report["ready_ms"]["fresh"]:.0f} ms'],
        ['start to first answer, again', f'{report["ready_ms"]["again"]:.0f} ms'],
        ['memory, idle', f'{report["memory_mb"]["idle"]:.0f} MB'],
        ['memory after all runs above but the loops', f'{report["memory_mb"]["after_runs"]:.0f} MB']])


def service(report):
    yield f'## {report["runs"]:,} runs stored\n'
    yield where(report) + '\n'
    yield (f'{report["connections"]} connections ask as fast as they get answers, and then {report["rate"]} times a '
           'second in all (runs are created 20 times a\nsecond, and carried out). Times are in milliseconds.\n')
    rows = []
    for name, fast, even in report['rows']:
        first = [f'{fast["count"] / report["seconds"]:.0f}', f'{fast["p50"]:.2f}', f'{fast["p99"]:.2f}'] if fast else [''] * 3
        rows.append([name, *first, f'{even["p50"]:.2f}', f'{even["p99"]:.2f}'])
    yield table(['', 'answers a second', 'p50', 'p99', 'p50 at the rate', 'p99 at the rate'], rows)
    yield (f'Ready after {report["ready_ms"]:.0f} ms; memory at most {report["memory_mb"][1]:.0f} MB; database '
           f'{report["database_mb"]:.0f} MB.\n')


def pages(report):
    found = report['pages']
    yield f'## Pages, with {found["runs"]:,} runs stored\n'
    yield where(found) + '\n'
    yield (f'Chromium {found["browser"]} on the same machine; medians and the slowest, in milliseconds. Lists show 50 '
           'of theirs.\n')
    yield table(
        ['', 'first byte', 'slowest', 'page complete', 'slowest', 'kB'],
        [[name, f'{row["first_ms"]:.1f}', f'{row["first_max_ms"]:.1f}', f'{row["whole_ms"]:.0f}',
          f'{row["whole_max_ms"]:.0f}', f'{row["kilobytes"]:.0f}'] for name, row in found['rows']])
    late, share = found['live'], found['idle']
    yield (f'The end of a task, as it is stored, is seen on an open page after {late["median_ms"]:.0f} ms, at most '
           f'{late["max_ms"]:.0f} ms ({late["tasks"]} tasks).\nAn open page on which nothing happens takes the server '
           f'{share["open_percent"]:.2f} % of a core, no page {share["closed_percent"]:.2f} % '
           f'({share["rounds"]} times {share["seconds"]} s each, in turns).\n')


def peers(report):
    yield '## Others\n'
    yield where(report) + '\n'
    yield report['remark'] + '\n'
    yield table(['', 'version', 'chain, tasks', 'ms a task', 'spread', 'fan-out, tasks', 'ms a task', 'spread'],
                [[row['name'], row['version'], *peer_cells(row['chain']), *peer_cells(row['fan'])]
                 for row in report['rows']])


def peer_cells(figure):
    return (figure['tasks'], f'{figure["ms_per_task"]:.1f}',
            f'{figure["ms_per_task_min"]:.1f} – {figure["ms_per_task_max"]:.1f}')


def main():
    parts = [HEAD]
    for name, section in (('tasks', tasks), ('service', service), ('service', pages), ('peers', peers)):
        file = MEASURED / f'{name}.json'
        report = json.loads(file.read_text()) if file.exists() else {}
        # A file may be of pages only, or older than they are.
        if report.get('pages') if section is pages else 'rows' in report or 'tasks' in report:
            parts.extend(section(report))
    (PROJECT / 'docs' / 'benchmarks.md').write_text('\n'.join(parts))


if __name__ == '__main__':
    main()
