// Shows when a schedule would fire while it is written, and a version's parameters once it is chosen.
let timer = null;
let latest = 0;

async function preview(form) {
  const number = ++latest;
  const fields = new URLSearchParams(new FormData(form));
  fields.set('preview', 'yes');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: fields, credentials: 'same-origin' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const wanted = page.getElementById('preview');
    // What was asked for later is answered by itself.
    if (wanted && number === latest) document.getElementById('preview').replaceChildren(...wanted.childNodes);
  } catch { /* The button still asks. */ }
}

export function dressForms() {
  for (const select of document.querySelectorAll('select[data-submit]')) {
    const button = select.form.querySelector('[name="choose"]');
    button.hidden = true;
    select.onchange = () => select.form.requestSubmit(button);
  }
  const form = document.querySelector('form[data-schedule]');
  if (!form || form.dataset.dressed) return;
  form.dataset.dressed = 'yes';
  form.querySelector('[name="preview"]').hidden = true;
  form.querySelector('fieldset').addEventListener('input', (event) => {
    // Who writes an expression means it.
    const rule = { cron: 'cron', zone: 'cron', every: 'interval', unit: 'interval' }[event.target.name];
    if (rule) form.querySelector(`[name="rule"][value="${rule}"]`).checked = true;
    clearTimeout(timer);
    timer = setTimeout(() => preview(form), 250);
  });
}
