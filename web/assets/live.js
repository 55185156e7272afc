// Keeps a page true while it is looked at: when something has changed, the page is fetched again and what differs is put in
// place, so that focus, scroll, open details and half-typed words stay. Without this script pages say as of when they are
// true and offer to reload.

const regions = ['.band', '.situation', 'main', '.here', '.foot'];
const heartbeat = 15_000; // the server's, in milliseconds
const drift = Date.parse(document.documentElement.dataset.now) - Date.now();
const now = () => Date.now() + drift;

let shown = ''; // version of what the page shows
let asOf = now();
let lost = 0; // since when the stream is down; 0 if it is up
let busy = false;
let again = false;

function key(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return '';
  return node.id || node.dataset.key || '';
}

// same reports whether an old node can become the new one without losing what a person did with it.
function same(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && key(a) === key(b);
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (name === 'open' && old.nodeName === 'DETAILS') continue;
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name === 'open' && old.nodeName === 'DETAILS') continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// typed reports whether a person has put something into a field, or is about to.
function typed(field) {
  if (field === document.activeElement) return true;
  if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
  if (field.nodeName === 'SELECT') return [...field.options].some((o) => o.selected !== o.defaultSelected);
  return field.value !== field.defaultValue;
}

function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.dataset.script !== undefined) return; // belongs to another script
  if (old.name === 'command') return; // the id of a form stays with the form: a double click is one command
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(old.nodeName)) {
    if (typed(old)) return;
    attributes(old, fresh);
    if (old.nodeName !== 'INPUT') {
      if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
    } else if (old.type !== 'checkbox' && old.type !== 'radio' && old.type !== 'hidden') {
      old.value = fresh.value;
    }
    return;
  }
  attributes(old, fresh);
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    let match = at;
    while (match && !same(match, child)) match = match.nextSibling;
    if (!match) {
      old.insertBefore(document.importNode(child, true), at);
      continue;
    }
    while (at !== match) {
      const next = at.nextSibling;
      // What a person is typing into is never thrown away; it is passed over, and the next round finds its place.
      if (!at.contains(document.activeElement)) at.remove();
      at = next;
    }
    at = match.nextSibling;
    morph(match, child);
  }
  while (at) {
    const next = at.nextSibling;
    if (!at.contains(document.activeElement)) at.remove();
    at = next;
  }
}

function place(fresh) {
  attributes(document.body, fresh.body);
  document.title = fresh.title;
  const before = said();
  for (const selector of regions) {
    const olds = [...document.querySelectorAll(`body > ${selector}, body > .bands > ${selector}, .masthead ${selector}`)];
    const news = [...fresh.querySelectorAll(`body > ${selector}, body > .bands > ${selector}, .masthead ${selector}`)];
    if (olds.length === news.length) {
      olds.forEach((old, i) => morph(old, news[i]));
      continue;
    }
    olds.forEach((old) => old.remove());
    const before = document.querySelector('body > .places, body > main');
    news.forEach((n) => before.before(document.importNode(n, true)));
  }
  const after = said();
  if (after && after !== before) announce(after);
}

// said is what a person who does not see the page should hear when it changes.
function said() {
  return [...document.querySelectorAll('[data-say]')].map((n) => n.textContent.trim().replace(/\s+/g, ' ')).join(' ');
}

function announce(words) {
  const region = document.getElementById('said');
  if (region) region.textContent = words;
}

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'follow' });
    if (answer.ok && !answer.redirected) {
      place(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      asOf = now();
      clocks();
    } else if (answer.redirected || answer.status === 401) {
      location.reload();
    }
  } catch {
    if (!lost) lost = now();
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

// A clock shows whole minutes, rounded down, and seconds only under two minutes; the server writes them the same way.
function span(ms) {
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 60) return [[s, 's']];
  if (s < 120) return [[1, 'min'], [s - 60, 's']];
  const m = Math.floor(s / 60);
  if (m < 120) return [[m, 'min']];
  const h = Math.floor(m / 60);
  if (h < 48) return [[h, 'h']];
  return [[Math.floor(h / 24), 'days']];
}

function clocks() {
  const t = now();
  for (const p of document.querySelectorAll('[data-until]')) {
    const left = Date.parse(p.dataset.until) - t;
    const late = left < 0;
    if ((p.dataset.state === 'late') !== late) {
      if (late) p.dataset.state = 'late';
      else delete p.dataset.state;
      p.querySelector('[data-by]').textContent = late ? 'since' : 'by';
    }
    const parts = span(left);
    const clock = p.querySelector('[data-clock]');
    const html = parts.map(([n, unit], i) => `<b>${n}</b> <small>${unit}${i === parts.length - 1 ? (late ? ' late' : ' left') : ''}</small>`).join(' ');
    if (clock.innerHTML !== html) clock.innerHTML = html;
  }
  for (const p of document.querySelectorAll('[data-since]')) {
    const words = span(t - Date.parse(p.dataset.since)).map(([n, unit]) => `${n} ${unit}`).join(' ');
    if (p.textContent !== words) p.textContent = words;
  }
  const clock = document.querySelector('.here time[data-now]');
  if (clock) clock.textContent = new Date(t).toISOString().slice(11, 19) + ' UTC';
  stale(t);
}

function stale(t) {
  const box = document.getElementById('stale');
  if (!box) return;
  const down = lost && t - lost > heartbeat / 3;
  box.hidden = !down;
  if (!down) return;
  const age = span(t - asOf).map(([n, unit]) => `${n} ${unit}`).join(' ');
  const since = new Date(lost).toISOString().slice(11, 19);
  const words = box.querySelector('[data-words]');
  words.querySelector('strong').textContent = `This page is ${age} old.`;
  words.querySelector('span').textContent = `The connection is down since ${since} UTC.`;
}

function listen() {
  const stream = new EventSource('/live');
  let beat = now();
  const up = () => {
    beat = now();
    lost = 0;
  };
  stream.addEventListener('version', (e) => {
    up();
    if (shown !== '' && shown !== e.data) refresh();
    shown = e.data;
  });
  stream.addEventListener('beat', () => {
    up();
    refresh(); // what depends on the time alone, such as who is asked next
  });
  stream.addEventListener('open', up);
  stream.addEventListener('error', () => {
    if (!lost) lost = now();
  });
  setInterval(() => {
    // A connection can die without an error; a heart that has missed two beats counts as down.
    if (!lost && now() - beat > 2.5 * heartbeat) lost = beat;
  }, 1000);
}

if (document.body.dataset.live !== undefined) {
  listen();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && now() - asOf > heartbeat) refresh();
  });
}
clocks();
setInterval(clocks, 1000);
