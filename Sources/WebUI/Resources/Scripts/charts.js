// Reads a ROC curve: the pointer or the slider picks a threshold, and the page says what it would mean.
const share = (text) => `${(100 * Number(text)).toFixed(1)} %`;

function dressRoc(roc) {
  roc.dataset.dressed = 'yes';
  const svg = roc.querySelector('svg.chart');
  const cursor = svg.querySelector('.cursor');
  const line = roc.querySelector('.readout');
  const slider = line.querySelector('input');
  const [left, top, side] = ['left', 'top', 'side'].map((name) => Number(svg.dataset[name]));
  const curves = [...svg.querySelectorAll('path[data-points]')].map((path) => ({
    name: path.dataset.name,
    points: path.dataset.points.split(';').map((point) => {
      const [threshold, x, y] = point.split(' ');
      return { threshold, x: Number(x), y: Number(y) };
    }),
  }));
  if (!curves.length) return;
  let curve = curves[0];

  const show = (index) => {
    const point = curve.points[index];
    slider.max = String(curve.points.length - 1);
    slider.value = String(index);
    const threshold = point.threshold || 'not told';
    const words = `${curve.name ? `${curve.name}: ` : ''}threshold ${threshold}, `
      + `true positives ${share(point.y)}, false positives ${share(point.x)}`;
    slider.setAttribute('aria-valuetext', words);
    line.querySelector('output').textContent = words;
    cursor.removeAttribute('hidden');
    cursor.setAttribute('cx', String(left + point.x * side));
    cursor.setAttribute('cy', String(top + (1 - point.y) * side));
  };

  line.hidden = false;
  slider.addEventListener('input', () => show(Number(slider.value)));
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const x = ((event.clientX - box.left) * scale - left) / side;
    const y = 1 - ((event.clientY - box.top) * scale - top) / side;
    let least = Infinity;
    let found = 0;
    for (const other of curves) {
      other.points.forEach((point, index) => {
        const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
        if (distance < least) [least, found, curve] = [distance, index, other];
      });
    }
    show(found);
  });
  show(0);
}

/** Prepares the curves of a new page, or of one that was changed. */
export function dressCharts() {
  for (const roc of document.querySelectorAll('[data-roc]:not([data-dressed])')) dressRoc(roc);
}
