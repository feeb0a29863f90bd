// Follows what changes on the server: a message says that the page is old, and the page asks for itself again.
import { morphChildren } from './morph.js';

const main = document.getElementById('main');
const status = document.getElementById('status');
let source = null;
let retry = null;
let wasLost = false;
let isGone = false;
let isLoading = false;
let isOld = false;
// Counts what was asked for: an answer to an earlier question must not replace what was asked for since.
let turn = 0;
// When the page may be asked for again.
let earliest = 0;

function say(text) {
  status.replaceChildren();
  if (!text) return;
  const line = document.createElement('p');
  line.textContent = text;
  status.append(line);
}

/** Shows another address of the same page. */
export async function visit(address) {
  await load(address, (answer) => {
    if (answer.redirected || address !== location.href) history.pushState({}, '', answer.url);
  }, () => location.assign(address));
  // Where there is no room beside the graph, the panel is below it.
  const panel = document.getElementById('panel');
  if (panel && panel.getBoundingClientRect().top > innerHeight * 0.8) panel.scrollIntoView();
}

async function load(address, loaded, failed) {
  isLoading = true;
  isOld = false;
  const mine = ++turn;
  const start = performance.now();
  try {
    const answer = await fetch(address, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (mine !== turn) return;
    const [kind, id] = (document.body.dataset.live ?? '').split('/');
    if (answer.status === 404 && id && page.getElementById('main')) {
      isGone = true;
      source?.close();
      // What it was doing then does not go on.
      for (const span of document.querySelectorAll('[data-since]')) span.removeAttribute('data-since');
      // Nothing can be done with it any more.
      for (const form of main.querySelectorAll('form[method="post"]')) form.hidden = true;
      say(kind === 'compare' ? 'One of these runs was deleted. What you see is the last of them together.'
        : `This ${kind === 'recurringrun' ? 'recurring run' : kind} was deleted. What you see is the last of it.`);
      return;
    }
    const wanted = page.getElementById('main');
    if (!answer.ok || !wanted) { failed(answer); return; }
    loaded(answer);
    document.title = page.title;
    document.body.dataset.now = page.body.dataset.now;
    morphChildren(main, wanted);
    document.dispatchEvent(new Event('martlet:changed'));
  } catch (error) {
    if (mine === turn) failed(error);
  } finally {
    if (mine === turn) isLoading = false;
    // A page that takes the server long is asked for less often.
    const end = performance.now();
    earliest = end + Math.min(5000, Math.max(60, 2 * (end - start)));
  }
  if (isOld && mine === turn) refreshSoon();
}

function refreshSoon() {
  isOld = true;
  if (isLoading || isGone || document.hidden) return;
  isLoading = true;
  const then = turn;
  setTimeout(() => {
    // Another address is on its way; it is newer than this page.
    if (then === turn) load(location.href, () => {}, () => { isOld = true; });
  }, Math.max(0, earliest - performance.now()));
}

/** Listens while the page can be seen; a hidden one must not hold a connection, of which browsers have six. */
export function followChanges() {
  const topic = document.body.dataset.live;
  if (!topic) return;
  const listen = () => {
    clearTimeout(retry);
    if (isGone || document.hidden || source) return;
    source = new EventSource(`/events?topic=${encodeURIComponent(topic)}`);
    source.addEventListener('open', () => {
      if (wasLost) {
        say('The server is back; the page is up to date again.');
        setTimeout(() => { if (!isGone) say(''); }, 4000);
      }
      wasLost = false;
      // Something may have happened before the connection stood.
      refreshSoon();
    });
    source.addEventListener('change', refreshSoon);
    source.addEventListener('error', () => {
      wasLost = true;
      say('The server does not answer. The page goes on by itself once it does.');
      source?.close();
      source = null;
      retry = setTimeout(listen, 1000);
    });
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else {
      listen();
    }
  });
  addEventListener('pagehide', () => { source?.close(); source = null; });
  addEventListener('pageshow', listen);
  addEventListener('popstate', () => load(location.href, () => {}, () => location.reload()));
  listen();
}
