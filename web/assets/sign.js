// Signs on this page with a wallet of this browser: exactly the typed data that the page shows go to the wallet, and its answer into
// the form. Without a wallet the page offers other ways.

import './passkey.js';
import { Spoken, sign, wallets, watch } from './wallet.js';

const compared = new WeakMap(); // form → the typed data whose hashes its reader has begun to compare

function say(form, words) {
  const line = form.querySelector('[data-fault]');
  line.textContent = words;
  line.hidden = words === '';
}

const typedOf = (form) => document.getElementById(form.dataset.typed).textContent;

function forget(form) {
  for (const box of form.querySelectorAll('input[type=checkbox]')) box.checked = false;
  compared.delete(form);
}

async function ask(form, button) {
  say(form, '');
  if (!form.reportValidity()) return;
  const typed = typedOf(form);
  const wallet = wallets().find((w) => w.id === form.querySelector('[data-wallets] select').value);
  if (!wallet) return;
  const label = button.textContent;
  button.disabled = true;
  button.textContent = 'Waiting for the wallet…';
  try {
    const signature = await sign(wallet, typed, form.dataset.signers.toLowerCase().split(' '));
    if (typed !== typedOf(form)) throw new Spoken('What is to be signed changed meanwhile. Nothing was handed in; compare the hashes and sign again.');
    form.elements.signature.value = signature;
    form.submit();
  } catch (e) {
    say(form, e instanceof Spoken ? e.message : `This did not work. ${(e && e.message) || ''}`);
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

// list offers the wallets; the one that was chosen stays chosen.
function list(form, all) {
  const box = form.querySelector('[data-wallets]');
  const choice = box.querySelector('select');
  const chosen = choice.value;
  choice.replaceChildren(...all.map((w) => new Option(w.name, w.id, false, w.id === chosen)));
  box.hidden = all.length < 2;
}

// offer shows the wallets' forms, also those that came with a change of the page, and has hashes that changed compared anew.
function offer() {
  const all = wallets();
  for (const form of document.querySelectorAll('form[data-wallet]')) {
    if (!all.length) continue;
    list(form, all);
    if (compared.has(form) && compared.get(form) !== typedOf(form)) {
      forget(form);
      say(form, 'What is to be signed has changed. Compare the hashes again.');
    }
    if (!form.hidden) continue;
    form.hidden = false;
    const elsewhere = form.parentElement.querySelector('details[data-elsewhere]');
    if (elsewhere) elsewhere.open = false;
  }
}

document.addEventListener('click', (e) => {
  const button = e.target instanceof Element && e.target.closest('form[data-wallet] button');
  if (button) ask(button.form, button);
});
document.addEventListener('change', (e) => {
  const form = e.target instanceof HTMLInputElement && e.target.form;
  if (form && form.dataset.wallet !== undefined && !compared.has(form)) compared.set(form, typedOf(form));
});
document.addEventListener('tocsin-changed', offer);
watch(offer);
offer();
