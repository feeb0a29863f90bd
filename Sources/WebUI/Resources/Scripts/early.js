// Runs before the page is drawn. Addresses of the original's pages stand behind a '#', which servers never see;
// the same address without it is one that this server knows.
'use strict';

try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser that stores nothing follows the system.
}

function follow() {
  // Two slashes would lead to another server.
  if (/^#\/[A-Za-z]/.test(location.hash)) location.replace(location.hash.slice(1));
}
addEventListener('hashchange', follow);
follow();
