// Keeps "3 min ago" and what still runs up to date, on the server's clock.
let skew = 0;
let timer = null;

const age = (seconds) => seconds < 5 ? 'just now'
  : seconds < 60 ? `${seconds} s ago`
  : seconds < 3600 ? `${Math.floor(seconds / 60)} min ago`
  : seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago`
  : `${Math.floor(seconds / 86400)} d ago`;

const two = (number) => String(number).padStart(2, '0');

const length = (milliseconds) => {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}.${Math.floor(milliseconds % 1000 / 100)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h ${two(minutes % 60)}m` : `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
};

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show() {
  const now = Date.now() - skew;
  for (const time of document.querySelectorAll('time[datetime]')) {
    put(time, age(Math.max(0, Math.floor((now - Date.parse(time.dateTime)) / 1000))));
  }
  for (const span of document.querySelectorAll('[data-since]')) {
    put(span, length(Math.max(0, now - Date.parse(span.dataset.since))));
  }
}

/** Takes the server's time from the page and counts on from there. */
export function tick() {
  skew = Date.now() - Number(document.body.dataset.now);
  if (!timer) timer = setInterval(() => { if (!document.hidden) show(); }, 1000);
}
