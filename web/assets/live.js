// Keeps a page true while it is looked at: when something has changed, the page is fetched again and what differs is put in
// place, so that focus, scroll, open details and half-typed words stay. Without this script pages say as of when they are
// true and offer to reload.

const regions = ['#top', '.places', 'main', '.masthead .here', '.foot'];
const heartbeat = 15_000; // the server's, in milliseconds
const drift = Date.parse(document.documentElement.dataset.now) - Date.now();
const now = () => Date.now() + drift;

// at is the time by which a part of the page goes: that of an exercise's clock where data-runs says how it goes, else time itself.
function at(node) {
  const runs = node.closest('[data-runs]')?.dataset.runs;
  if (!runs) return now();
  const [set, shows, speed] = runs.split(' ');
  return Date.parse(shows) + Math.max(0, now() - Date.parse(set)) * Number(speed);
}

let shown = ''; // version of what the page shows
let asOf = now();
let lost = 0; // since when the stream is down; 0 if it is up
let busy = false;
let again = false;
let last = 0; // when the page was fetched last
const pause = 700; // between two fetches, in milliseconds: a chain with quick blocks changes something all the time

function key(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return '';
  return node.id || node.dataset.key || '';
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
      if (old.textContent !== fresh.textContent) old.replaceChildren(...[...fresh.childNodes].map((n) => document.importNode(n, true)));
    } else if (old.type !== 'checkbox' && old.type !== 'radio' && old.type !== 'hidden') {
      old.value = fresh.value;
    }
    return;
  }
  attributes(old, fresh);
  children(old, fresh);
}

// children puts the children of one element in place. Those with a key (an id or data-key) are found again wherever they
// stand; others are matched in order. Moving an element would take the focus from it, so what is no longer wanted goes first.
function children(old, fresh) {
  const wanted = new Set([...fresh.childNodes].map(key));
  wanted.delete('');
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const k = key(child);
    const match = k ? find(at, k, child.nodeName) : at && !key(at) && at.nodeName === child.nodeName ? at : null;
    if (!match) {
      old.insertBefore(document.importNode(child, true), at);
      continue;
    }
    if (match !== at && !between(at, match).some((n) => wanted.has(key(n)))) {
      for (const n of between(at, match)) drop(n);
      at = match;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    morph(match, child);
  }
  while (at) {
    const next = at.nextSibling;
    drop(at);
    at = next;
  }
}

// drop takes out what the page no longer has, but never words that somebody has begun to write: they stay until the person
// leaves, and when posted the server says why they are no longer wanted and shows them again.
function drop(node) {
  const fields = node.querySelectorAll ? [...node.querySelectorAll('textarea, input:not([type])')] : [];
  if (!fields.some((f) => f.value !== f.defaultValue && f.value.trim() !== '')) node.remove();
}

function find(from, k, name) {
  let n = from;
  while (n && (key(n) !== k || n.nodeName !== name)) n = n.nextSibling;
  return n;
}

function between(from, to) {
  const list = [];
  for (let n = from; n && n !== to; n = n.nextSibling) list.push(n);
  return list;
}

function place(fresh) {
  const before = said();
  attributes(document.body, fresh.body);
  document.title = fresh.title;
  for (const selector of regions) {
    const old = document.querySelector(selector);
    const region = fresh.querySelector(selector);
    if (old && region) morph(old, region);
  }
  document.dispatchEvent(new Event('tocsin-changed'));
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
  if (busy || document.hidden) {
    again = busy;
    return;
  }
  busy = true;
  const wait = last + pause - Date.now();
  if (wait > 0) await new Promise((done) => setTimeout(done, wait));
  last = Date.now();
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

// figures writes numbers with their units, and a word after the last.
function figures(clock, parts, word) {
  const words = parts.map(([n, unit], i) => [`${n}`, i === parts.length - 1 ? `${unit} ${word}` : unit]);
  if (clock.dataset.shown === String(words) && clock.firstElementChild) return;
  clock.dataset.shown = String(words);
  clock.replaceChildren(...words.flatMap(([n, unit]) => [element('b', n), ' ', element('small', unit), ' ']));
}

function element(name, text) {
  const e = document.createElement(name);
  e.textContent = text;
  return e;
}

function clocks() {
  const t = now();
  for (const p of document.querySelectorAll('[data-until]')) {
    const left = Date.parse(p.dataset.until) - at(p);
    const late = left < 0;
    if ((p.dataset.state === 'late') !== late) {
      if (late) p.dataset.state = 'late';
      else delete p.dataset.state;
      p.querySelector('[data-by]').textContent = late ? 'since' : 'by';
    }
    figures(p.querySelector('[data-clock]'), span(left), late ? 'late' : 'left');
  }
  for (const p of document.querySelectorAll('[data-until-words]')) {
    const words = span(Math.max(0, Date.parse(p.dataset.untilWords) - at(p))).map(([n, unit]) => `${n}\u00a0${unit}`).join(' ');
    if (p.textContent !== words) p.textContent = words;
  }
  for (const p of document.querySelectorAll('[data-since]')) {
    const words = span(at(p) - Date.parse(p.dataset.since)).map(([n, unit]) => `${n} ${unit}`).join(' ');
    if (p.textContent !== words) p.textContent = words;
  }
  for (const p of document.querySelectorAll('[data-ticks]')) {
    const words = new Date(at(p)).toISOString().slice(11, 19);
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
    if (shown !== e.data) refresh(); // also the first time: something may have changed since the page was made
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

// Another script has fetched the page.
document.addEventListener('tocsin-page', ({ detail }) => {
  place(detail);
  asOf = now();
  clocks();
});

if (document.body.dataset.live !== undefined) {
  listen();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) refresh();
  });
}
clocks();
setInterval(clocks, 1000);
