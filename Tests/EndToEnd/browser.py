"""A real Chromium, for the tests of the pages."""

import os
import shutil

import pytest
from axe_core_python.selenium import Axe
from harness import ENVIRONMENT, eventually
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as conditions
from selenium.webdriver.support.wait import WebDriverWait

# How pages are looked at: wide and as narrow as a telephone, light and dark.
LOOKS = [(1280, 'light'), (1280, 'dark'), (400, 'light'), (400, 'dark')]


def start():
    """Starts a browser without a window. Without Chromium the test fails, unless MARTLET_TEST_BROWSER is `none`."""
    if os.environ.get('MARTLET_TEST_BROWSER') == 'none':
        pytest.skip('MARTLET_TEST_BROWSER is none')
    chromium = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    driver = shutil.which('chromedriver')
    assert chromium and driver, (
        'no chromium and chromedriver on the PATH; scripts/setup.sh --browser installs them, '
        'MARTLET_TEST_BROWSER=none leaves these tests out')
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-proxy-server',
                     '--window-size=1280,900'):
        options.add_argument(argument)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    return webdriver.Chrome(options=options, service=Service(driver, env=ENVIRONMENT))


class Page:
    """What a person does with a page."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, address):
        self.driver.get(address)
        return self

    @property
    def path(self):
        """The address without the server."""
        return '/' + self.driver.current_url.split('/', 3)[3]

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector='main'):
        """The text of the first element; empty while there is none."""
        return self.js('return document.querySelector(arguments[0])?.textContent ?? ""', selector)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, selector, containing='', timeout=20):
        """Waits for an element with a text in it, and returns it."""
        def found():
            handle = self.js(
                'return [...document.querySelectorAll(arguments[0])].find((e) => e.textContent.includes(arguments[1]))',
                selector, containing)
            return handle
        try:
            return eventually(found, timeout, what=f'{selector} with {containing!r}')
        except TimeoutError:
            raise AssertionError(
                f'no {selector} with {containing!r} on {self.path}:\n{self.text()[:1500]}') from None

    def shown(self, selector, text, timeout=20):
        """As `wait`, also while scripts are off."""
        place = (By.CSS_SELECTOR, selector)
        WebDriverWait(self.driver, timeout).until(conditions.text_to_be_present_in_element(place, text))
        return self.driver.find_element(*place)

    def click(self, selector, containing='', timeout=20):
        """Clicks as a person does, so what is covered or hidden cannot be clicked."""
        self.wait(selector, containing, timeout).click()

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def complaints(self):
        """What the browser complained of since the last time: broken scripts, what the policy forbids. A server that was
        killed and what was refused are what tests do on purpose."""
        meant = ('net::ERR_CONNECTION', 'net::ERR_INCOMPLETE_CHUNKED', 'a status of 422', 'a status of 409')
        return [entry['message'] for entry in self.driver.get_log('browser')
                if entry['level'] == 'SEVERE' and not any(words in entry['message'] for words in meant)]

    def inspect(self, url, width, theme, paths):
        """Opens pages as some people see them; none may be too wide or hard to use, as far as a program can tell."""
        emulate = self.driver.execute_cdp_cmd
        emulate('Emulation.setEmulatedMedia', {'features': [{'name': 'prefers-color-scheme', 'value': theme}]})
        emulate('Emulation.setDeviceMetricsOverride',
                {'width': width, 'height': 900, 'deviceScaleFactor': 1, 'mobile': False})
        try:
            for path in paths:
                self.open(url + path)
                found = Axe().run(self.driver)['violations']
                serious = [(one['id'], one['nodes'][0]['html'][:200]) for one in found
                           if one['impact'] in ('serious', 'critical')]
                assert serious == [], path
                wide = self.js('return document.documentElement.scrollWidth')
                assert wide <= width, f'{path} is {wide} pixels wide'
        finally:
            emulate('Emulation.clearDeviceMetricsOverride', {})
            emulate('Emulation.setEmulatedMedia', {'features': []})

    def without_scripts(self):
        """For a `with`: in it, the pages' scripts do not run."""
        return _WithoutScripts(self.driver)


class _WithoutScripts:
    def __init__(self, driver):
        self.driver = driver

    def _set(self, value):
        self.driver.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', {'value': value})

    def __enter__(self):
        self._set(True)

    def __exit__(self, *_):
        self._set(False)


__all__ = ['LOOKS', 'Keys', 'Page', 'start']
