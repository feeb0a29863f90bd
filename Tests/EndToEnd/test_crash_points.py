"""A server that is killed at random moments does the same as one that is not; scripts/crash.py does more of it."""

import random

import crashes

# 100 points take about a minute on two cores.
POINTS = 100


def test_nobody_can_tell_how_often_a_server_was_killed(prepared_server, tmp_path):
    seed = random.randrange(1 << 32)
    server = prepared_server.start()
    outcome = crashes.kill_and_compare(server, tmp_path, POINTS, seed)
    assert not outcome.trouble, '\n'.join([f'seed {seed}, {dict(outcome.points)}'] + outcome.trouble[:30])
    assert sum(outcome.points.values()) == POINTS and outcome.runs > 6
