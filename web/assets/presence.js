// Tells the server that a person uses this page, where they would soon be asked whether they are still there. A page that lies open
// says nothing: only a key, a click, a touch or the wheel does, and at most once in a while.

const pause = 60_000; // between two tellings, in milliseconds
let told = -Infinity;

function tell(event) {
  const address = document.body.dataset.presence; // only while it is worth telling
  if (!address || !event.isTrusted || document.hidden || performance.now() - told < pause) return;
  told = performance.now();
  fetch(address, { method: 'POST', keepalive: true }).catch(() => {}); // the next touch tells it again
}

for (const kind of ['pointerdown', 'keydown', 'wheel']) document.addEventListener(kind, tell, { passive: true });
