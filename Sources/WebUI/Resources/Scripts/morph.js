// Makes one tree like another with as few changes as possible, so that focus, scrolling and what was typed stay.

/** Makes the children of `from` like those of `to`. */
export function morphChildren(from, to) {
  const known = new Map();
  for (const child of from.children) if (child.id) known.set(child.id, child);
  let place = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const same = wanted.id ? known.get(wanted.id) : undefined;
    if (same) {
      if (same !== place) from.insertBefore(same, place); else place = place.nextSibling;
      morph(same, wanted);
    } else if (place && !place.id && !wanted.id && place.nodeName === wanted.nodeName) {
      const node = place;
      place = place.nextSibling;
      morph(node, wanted);
    } else {
      from.insertBefore(document.importNode(wanted, true), place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function morph(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  // Scripts filled it, and go on filling it.
  if (from.dataset.keep && from.dataset.keep === to.dataset.keep) return;
  if (from.isEqualNode(to)) return;
  const isFilledAnew = from.dataset.keep !== undefined;
  for (const { name } of [...from.attributes]) {
    if (to.hasAttribute(name) || (name === 'open' && from.nodeName === 'DETAILS')) continue;
    // Scripts that listen to an element already must not do so twice.
    if (name !== 'data-dressed' || isFilledAnew) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  morphChildren(from, to);
}
