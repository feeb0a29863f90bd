// Makes pages live. Everything here adds to pages that work without it.
import { tick } from './clock.js';
import { followChanges, visit } from './live.js';
import { listenToKeys } from './keys.js';
import { dressGraph } from './graph.js';
import { followLog } from './log.js';
import { dressCharts } from './charts.js';
import { dressForms } from './schedule.js';
import { dressUpload } from './upload.js';

/** Called for a new page and after each change of it. */
function dress() {
  tick();
  dressGraph();
  followLog();
  dressCharts();
  dressForms();
  dressUpload();
  dressChoice();
}

/** Links within a page change only what differs, and keep the place that was scrolled to. */
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-swap]');
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  visit(new URL(link.getAttribute('href'), location.href).href);
});

function dressChoice() {
  const all = document.querySelector('[data-all]');
  if (!all) return;
  all.hidden = false;
  const boxes = () => [...document.querySelectorAll('tbody input[type="checkbox"]')];
  const bar = document.querySelector('.bulk');
  const words = bar.querySelector('.quiet');
  const noun = (bar.dataset.noun ??= words.textContent.replace(/^With the chosen |:$/g, ''));
  const show = () => {
    const count = boxes().filter((box) => box.checked).length;
    words.textContent = count ? `With the ${count} chosen:` : `With the chosen ${noun}:`;
    for (const button of bar.querySelectorAll('button')) {
      button.disabled = count < (button.formAction.endsWith('/compare') ? 2 : 1);
    }
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && !all.checked;
  };
  all.onchange = () => { boxes().forEach((box) => { box.checked = all.checked; }); show(); };
  document.querySelector('tbody').onchange = show;
  show();
}

function dressTheme() {
  const button = document.getElementById('theme');
  const root = document.documentElement;
  const order = ['system', 'light', 'dark'];
  const show = () => { button.querySelector('span').textContent = root.dataset.theme ?? 'system'; };
  button.hidden = false;
  show();
  button.addEventListener('click', () => {
    const next = order[(order.indexOf(root.dataset.theme ?? 'system') + 1) % order.length];
    if (next === 'system') delete root.dataset.theme; else root.dataset.theme = next;
    try { localStorage.setItem('theme', next); } catch { /* The choice then lasts as long as the page. */ }
    show();
  });
}

document.addEventListener('martlet:changed', dress);
dressTheme();
listenToKeys();
dress();
followChanges();
