// A file may be dropped anywhere on a page that takes one.
export function dressUpload() {
  const form = document.querySelector('[data-upload]');
  if (!form || form.dataset.dressed) return;
  form.dataset.dressed = 'yes';
  const input = form.querySelector('input[type="file"]');
  const area = form.querySelector('.drop');
  form.querySelector('[data-drop]').hidden = false;
  const holdsFiles = (event) => event.dataTransfer?.types.includes('Files');
  addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    area.classList.add('over');
  });
  addEventListener('dragleave', (event) => { if (!event.relatedTarget) area.classList.remove('over'); });
  addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    area.classList.remove('over');
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}
