// Reads a log while it is written, keeps to its end unless somebody scrolled up, and searches it.
let reading = null;
let key = null;

/** Starts to read the log of the panel, unless that is what is being read. */
export function followLog() {
  const section = document.querySelector('[data-log]');
  if (section?.dataset.key === key) return;
  reading?.abort();
  key = section?.dataset.key ?? null;
  if (!section) return;
  reading = new AbortController();
  const text = section.querySelector('.logtext');
  text.replaceChildren();
  dressSearch(section, text);
  read(section.dataset.log, text, reading.signal);
}

async function read(address, text, signal) {
  try {
    const answer = await fetch(address, { signal });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const isNeeded = { search: false };
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      rest += value;
      // Markup is only put in up to the end of a line: colours end there, too.
      const end = rest.lastIndexOf('\n') + 1;
      if (end === 0) continue;
      append(text, rest.slice(0, end));
      rest = rest.slice(end);
      isNeeded.search = true;
    }
    if (rest) append(text, rest);
    if (!text.firstChild) text.textContent = 'Nothing was written.';
  } catch (error) {
    if (error.name === 'AbortError') return;
    const note = document.createElement('i');
    note.textContent = 'The log stopped: the server does not answer. Reading it again …\n';
    text.append(note);
    setTimeout(() => { if (!signal.aborted) { key = null; followLog(); } }, 2000);
  }
}

/** Small letters, each as long as what it stands for: places in the text have to stay what they are. */
function folded(text) {
  const small = text.toLowerCase();
  return small.length === text.length ? small : Array.from(text, (letter) => {
    const one = letter.toLowerCase();
    return one.length === letter.length ? one : letter;
  }).join('');
}

/** As large as its lines will be, so that the end is where it seems to be before they are drawn. */
function reserve(block, markup) {
  block.style.containIntrinsicBlockSize = `auto ${(markup.split('\n').length - 1) * 18}px`;
}

function append(text, markup) {
  const isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 30;
  const block = document.createElement('div');
  // Made by the server, which escapes what programs write.
  block.innerHTML = markup;
  reserve(block, markup);
  text.append(block);
  if (!isAtEnd) return;
  text.scrollTop = text.scrollHeight;
  requestAnimationFrame(() => { text.scrollTop = text.scrollHeight; });
}

function dressSearch(section, text) {
  const label = section.querySelector('.log-search');
  const found = section.querySelector('.found');
  if (!('highlights' in CSS)) return;
  label.hidden = false;
  const input = label.querySelector('input');
  let ranges = [];
  let place = -1;
  const go = (step) => {
    if (!ranges.length) return;
    place = (place + step + ranges.length) % ranges.length;
    CSS.highlights.set('current', new Highlight(ranges[place]));
    found.textContent = `${place + 1} of ${ranges.length}`;
    const box = ranges[place].getBoundingClientRect();
    text.scrollTop += box.top - text.getBoundingClientRect().top - text.clientHeight / 2;
  };
  input.oninput = () => {
    const wanted = folded(input.value);
    ranges = [];
    place = -1;
    CSS.highlights.delete('current');
    if (wanted) {
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
      while (walker.nextNode() && ranges.length < 5000) {
        const content = folded(walker.currentNode.data);
        for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + wanted.length)) {
          const range = new Range();
          range.setStart(walker.currentNode, at);
          range.setEnd(walker.currentNode, at + wanted.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set('found', new Highlight(...ranges));
    found.textContent = wanted ? (ranges.length ? `${ranges.length} found` : 'not found') : '';
    if (ranges.length) go(1);
  };
  input.onkeydown = (event) => { if (event.key === 'Enter') { event.preventDefault(); go(event.shiftKey ? -1 : 1); } };
}
