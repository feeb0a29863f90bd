// Keys for those who do not like to reach for the mouse. `?` lists them.
const isTyping = (target) => target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]');

function move(step) {
  const rows = [...document.querySelectorAll('[data-rows] > *')];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step))];
  row.querySelector('a.main')?.focus();
  row.scrollIntoView({ block: 'nearest' });
}

export function listenToKeys() {
  const help = document.getElementById('help');
  const button = document.getElementById('keys');
  button.hidden = false;
  button.addEventListener('click', () => help.showModal());
  let isGoing = false;

  document.addEventListener('keydown', (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || help.open) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (isGoing) {
      isGoing = false;
      const link = document.querySelector(`nav [data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); location.assign(link.href); }
      return;
    }
    switch (event.key) {
      case '/': document.querySelector('[data-search], .log-search input')?.focus(); break;
      case 'j': move(1); break;
      case 'k': move(-1); break;
      case 'x': document.activeElement.closest('tr')?.querySelector('input[type="checkbox"]')?.click(); break;
      case 'g': isGoing = true; setTimeout(() => { isGoing = false; }, 1500); break;
      case '?': help.showModal(); break;
      case 'Escape': document.querySelector('[data-close]')?.click(); break;
      default: return;
    }
    event.preventDefault();
  });
}
