// Signs with a passkey (WebAuthn): the digest of what the page shows is the challenge, and the passkey's answer goes into the form. Also
// makes a passkey, and shows what the plan has to say of it; nothing of that is handed in.

const within = (site) => location.hostname === site || location.hostname.endsWith('.' + site);
const able = () => typeof window.PublicKeyCredential === 'function' && window.isSecureContext;
const compared = new WeakMap(); // form → the digest of what its reader has said to have read

const read = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const write = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const hex = (bytes) => '0x' + Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

function say(form, words) {
  const line = form.querySelector('[data-fault]');
  line.textContent = words;
  line.hidden = words === '';
}

// words says what went wrong. Browsers tell little of it, so that a page cannot learn who owns which passkey.
function words(e) {
  switch (e && e.name) {
    case 'NotAllowedError':
      return 'The passkey did not sign: it was refused, took too long, or is not on this device. Nothing was handed in.';
    case 'InvalidStateError':
      return 'This device has a passkey for you already.';
    case 'SecurityError':
      return 'The browser does not let this page use passkeys. Open the console by its host name, over HTTPS.';
    case 'NotSupportedError':
      return 'This device cannot make a passkey that the plan can name (P-256).';
    default:
      return `This did not work. ${(e && e.message) || ''}`;
  }
}

// busy has a button wait for what is done.
async function busy(form, button, wait, work) {
  say(form, '');
  if (!form.reportValidity()) return;
  const label = button.textContent;
  button.disabled = true;
  button.textContent = wait;
  try {
    await work();
  } catch (e) {
    say(form, words(e));
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

async function sign(form) {
  const challenge = form.dataset.challenge;
  const ids = form.dataset.credentials.split(' ');
  const got = await navigator.credentials.get({ publicKey: {
    challenge: read(challenge), rpId: form.dataset.site, userVerification: 'required', timeout: 120000,
    allowCredentials: ids.map((id) => ({ type: 'public-key', id: read(id) })),
  } });
  if (challenge !== form.dataset.challenge) {
    say(form, 'What is to be signed changed meanwhile. Nothing was handed in; read it again and sign again.');
    return;
  }
  form.elements.signature.value = hex(new TextEncoder().encode(JSON.stringify({
    credential: write(got.rawId), authenticator_data: write(got.response.authenticatorData),
    client_data: write(got.response.clientDataJSON), signature: write(got.response.signature),
  })));
  form.submit();
}

async function make(form) {
  const site = location.hostname;
  const taken = form.dataset.credentials ? form.dataset.credentials.split(' ') : [];
  const made = await navigator.credentials.create({ publicKey: {
    rp: { id: site, name: 'Tocsin' }, user: { id: crypto.getRandomValues(new Uint8Array(16)), name: form.dataset.person, displayName: form.dataset.person },
    challenge: crypto.getRandomValues(new Uint8Array(32)), pubKeyCredParams: [{ type: 'public-key', alg: -7 }], timeout: 120000, attestation: 'none',
    authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' }, excludeCredentials: taken.map((id) => ({ type: 'public-key', id: read(id) })),
  } });
  const spki = new Uint8Array(made.response.getPublicKey() || []);
  if (made.response.getPublicKeyAlgorithm() !== -7 || spki.length !== 91 || spki[26] !== 4) throw new DOMException('', 'NotSupportedError');
  const out = document.getElementById(form.dataset.out);
  out.querySelector('pre').textContent = `      - kind: passkey\n        passkey: ${quoted(write(made.rawId))}\n        public: "${hex(spki.slice(27))}"\n        site: ${site}\n`;
  out.hidden = false;
  out.focus();
}

// quoted keeps an id a text, whatever it looks like.
const quoted = (id) => `"${id}"`;

// offer shows the forms that this browser can use, also those that came with a change of the page.
function offer() {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (compared.has(form) && compared.get(form) !== form.dataset.challenge) {
      for (const box of form.querySelectorAll('input[type=checkbox]')) box.checked = false;
      compared.delete(form);
      say(form, 'What is to be signed has changed. Read it again.');
    }
    form.hidden = !able() || !within(form.dataset.site);
  }
  for (const form of document.querySelectorAll('form[data-enrol]')) {
    form.hidden = !able() || /^[\d.]+$|:/.test(location.hostname);
    document.getElementById(form.dataset.unable).hidden = !form.hidden;
  }
}

document.addEventListener('click', (e) => {
  const button = e.target instanceof Element && e.target.closest('form[data-passkey] button, form[data-enrol] button');
  if (!button) return;
  const form = button.form;
  if (form.dataset.passkey !== undefined) busy(form, button, 'Waiting for the passkey…', () => sign(form));
  else busy(form, button, 'Waiting for the device…', () => make(form));
});
document.addEventListener('change', (e) => {
  const form = e.target instanceof HTMLInputElement && e.target.form;
  if (form && form.dataset.passkey !== undefined && !compared.has(form)) compared.set(form, form.dataset.challenge);
});
document.addEventListener('submit', (e) => {
  if (e.target instanceof HTMLFormElement && e.target.dataset.enrol !== undefined) e.preventDefault();
});
document.addEventListener('tocsin-changed', offer);
offer();
