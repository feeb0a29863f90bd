// Zoom, dragging and arrow keys for a graph, and picking from a large grid of iterations.
import { visit } from './live.js';

const state = { scale: null };

function apply() {
  const svg = document.querySelector('svg.graph');
  if (!svg) return;
  const box = svg.viewBox.baseVal;
  svg.setAttribute('width', String(Math.round(box.width * state.scale)));
  svg.setAttribute('height', String(Math.round(box.height * state.scale)));
}

/** The whole width, but never so small that names cannot be read, nor larger than drawn. */
function fit(least) {
  const scroll = document.querySelector('.canvas .scroll');
  const box = document.querySelector('svg.graph').viewBox.baseVal;
  state.scale = Math.min(1, Math.max(least, (scroll.clientWidth - 4) / box.width));
  apply();
}

function zoom(factor) {
  const scroll = document.querySelector('.canvas .scroll');
  const before = state.scale;
  state.scale = Math.min(2.5, Math.max(0.08, before * factor));
  const ratio = state.scale / before;
  const x = (scroll.scrollLeft + scroll.clientWidth / 2) * ratio - scroll.clientWidth / 2;
  const y = (scroll.scrollTop + scroll.clientHeight / 2) * ratio - scroll.clientHeight / 2;
  apply();
  scroll.scrollTo(x, y);
}

/** The nearest task in a direction, from the middle of one to the middle of the other. */
function neighbour(link, key) {
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const from = middle(link);
  const [dx, dy] = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
  let best = null;
  let least = Infinity;
  for (const other of document.querySelectorAll('svg.graph .node > a:not(.toggle)')) {
    if (other === link) continue;
    const to = middle(other);
    const ahead = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (ahead > 4 && ahead + 2 * aside < least) [best, least] = [other, ahead + 2 * aside];
  }
  return best;
}

function dressScroll(scroll) {
  scroll.dataset.dressed = 'yes';
  let start = null;
  scroll.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch' || event.target.closest('a')) return;
    start = { x: event.clientX + scroll.scrollLeft, y: event.clientY + scroll.scrollTop };
    scroll.setPointerCapture(event.pointerId);
    scroll.classList.add('dragging');
  });
  scroll.addEventListener('pointermove', (event) => {
    if (start) scroll.scrollTo(start.x - event.clientX, start.y - event.clientY);
  });
  scroll.addEventListener('pointerup', () => {
    start = null;
    scroll.classList.remove('dragging');
  });
  scroll.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300));
  }, { passive: false });
  scroll.addEventListener('keydown', (event) => {
    const link = event.target.closest('.node > a:not(.toggle)');
    if (link && event.key.startsWith('Arrow')) {
      const next = neighbour(link, event.key);
      if (next) { next.focus(); next.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
      event.preventDefault();
    } else if (event.key === '+') { zoom(1.25); } else if (event.key === '-') { zoom(0.8); } else if (event.key === '0') { fit(0.08); }
  });
  const buttons = scroll.parentElement.querySelector('.zoom');
  buttons.addEventListener('click', (event) => {
    const kind = event.target.closest('[data-zoom]')?.dataset.zoom;
    if (kind === 'in') zoom(1.25); else if (kind === 'out') zoom(0.8); else if (kind === 'fit') fit(0.08);
  });
}

/** Brings what the page is about into the middle of a drawing that is larger than its room. */
function showCurrent(scroll) {
  const current = scroll.querySelector('a[aria-current]');
  if (!current) return;
  const [box, room] = [current.getBoundingClientRect(), scroll.getBoundingClientRect()];
  scroll.scrollBy(box.left + box.width / 2 - room.left - room.width / 2, box.top + box.height / 2 - room.top - room.height / 2);
}

/** Prepares the graph of a new page, or of one that was changed. */
export function dressGraph() {
  const scroll = document.querySelector('.canvas .scroll');
  if (scroll) {
    scroll.parentElement.querySelector('.zoom').hidden = false;
    if (!scroll.dataset.dressed) dressScroll(scroll);
    if (state.scale === null) { fit(0.6); showCurrent(scroll); } else { apply(); }
  }
  // A large grid is a few shapes, not thousands of links; its columns and its width say what was meant.
  for (const grid of document.querySelectorAll('svg.grid:not(:has(a))')) {
    grid.dataset.pick = 'yes';
    grid.onclick = (event) => {
      const box = grid.getBoundingClientRect();
      const columns = Number(grid.dataset.columns);
      const size = box.width / columns;
      const index = Math.floor((event.clientY - box.top) / size) * columns + Math.floor((event.clientX - box.left) / size);
      if (index < 0 || index >= Number(grid.dataset.count)) return;
      const address = new URL(location.href);
      address.searchParams.set('task', `${grid.dataset.loop}.${index}`);
      visit(address.href);
    };
  }
}
