// Keeps "3 min ago" and what still runs up to date, on the server's clock.
let skew = 0;
let timer = null;

function age(seconds) {
  const size = Math.abs(seconds);
  const length = size < 60 ? `${size} s`
    : size < 3600 ? `${Math.floor(size / 60)} min`
    : size < 86400 ? `${Math.floor(size / 3600)} h`
    : `${Math.floor(size / 86400)} d`;
  if (seconds >= -1 && seconds < 5) return 'just now';
  return seconds < 0 ? `in ${length}` : `${length} ago`;
}

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
    put(time, age(Math.trunc((now - Date.parse(time.dateTime)) / 1000)));
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
