"""Fixtures: a server for everybody, and servers of one's own for the tests that kill them."""

import pathlib

import browser
import harness  # Before kfp, whose HOME it sets.
import kfp
import pytest
from api import API


def pytest_unconfigure():
    harness.leftovers(harness.SDK_HOME)


@pytest.fixture(scope='session')
def server(tmp_path_factory):
    """The server of the ordinary tests."""
    server = harness.Server(tmp_path_factory.mktemp('shared') / 'data', ['--parallelism', '4']).start()
    yield server
    server.stop()


@pytest.fixture
def own_server(tmp_path):
    """A server that a test may kill; not started yet."""
    server = harness.Server(tmp_path / 'data', ['--parallelism', '4'])
    yield server
    if server.process is not None:
        server.kill()


@pytest.fixture
def prepared_server(own_server, server):
    """A server that a test may kill, on the Python environments of the shared one."""
    own_server.data_dir.mkdir(mode=0o700)
    (own_server.data_dir / 'environments').symlink_to(server.data_dir / 'environments')
    return own_server


@pytest.fixture(scope='session')
def client(server):
    """The real SDK client of the shared server."""
    assert str(kfp.Client._LOCAL_KFP_CONTEXT).startswith(harness.SDK_HOME)
    return kfp.Client(host=server.url)


@pytest.fixture(scope='session')
def api(server):
    """The generated client of the shared server."""
    return API(server.url)


@pytest.fixture
def side_effects(tmp_path):
    """A file to which tasks append a line each time they run."""
    path = pathlib.Path(tmp_path) / 'side-effects'
    path.touch()
    return path


@pytest.fixture(scope='session')
def driver():
    """The browser of all tests of pages."""
    driver = browser.start()
    yield driver
    driver.quit()


@pytest.fixture
def page(driver):
    """A page of the usual size; at the end the browser must not have had anything to complain of."""
    page = browser.Page(driver)
    driver.set_window_size(1280, 900)
    page.complaints()
    yield page
    assert page.complaints() == []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds the end of the server's log to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for name in ('server', 'own_server'):
            server = getattr(item, 'funcargs', {}).get(name)
            if isinstance(server, harness.Server):
                report.sections.append((f'end of the log of {name}', server.log_tail()))
