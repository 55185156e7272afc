// Posts a form marked data-stay without leaving the page: what has changed is put in place, and nothing jumps under the finger. Whatever
// goes wrong, the form is posted as it would have been without this script: its command is carried out once, however often it comes.

const posting = new WeakMap(); // form → the button by which it is being posted
const next = new WeakMap(); // form → another button pressed meanwhile

document.addEventListener('submit', async (e) => {
  const form = e.target;
  if (form.dataset.stay === undefined || e.defaultPrevented) return;
  e.preventDefault();
  const button = e.submitter;
  if (posting.has(form)) {
    if (button && button !== posting.get(form)) next.set(form, button); // the same one again is a double click
    return;
  }
  posting.set(form, button);
  const to = button?.hasAttribute('formaction') ? button.formAction : form.action;
  try {
    const answer = await fetch(to, { method: 'POST', body: new URLSearchParams(new FormData(form, button)), headers: { Accept: 'text/html' } });
    if (!answer.ok) throw new Error(answer.statusText);
    if (Object.assign(document.createElement('a'), { href: answer.url }).pathname !== location.pathname) {
      location.assign(answer.url);
      return;
    }
    show(form, new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    leave(form, button, to);
  } finally {
    posting.delete(form);
  }
  const more = next.get(form);
  next.delete(form);
  if (more?.isConnected && more.form === form) form.requestSubmit(more);
});

// show puts the fresh page in place. The form is as new: the next press is another command.
function show(form, page) {
  const home = form.closest('section[id]');
  const fresh = form.id && page.getElementById(form.id)?.elements.command;
  form.reset();
  if (fresh) {
    form.elements.command.value = fresh.value;
    form.elements.command.defaultValue = fresh.value;
  }
  document.dispatchEvent(new CustomEvent('tocsin-page', { detail: page }));
  const state = form.closest('[data-key]')?.querySelector('.state');
  const said = document.getElementById('said');
  if (state && said) said.textContent = state.textContent;
  if (document.activeElement === document.body || document.activeElement === null) {
    const head = home && document.getElementById(home.id)?.querySelector('h2');
    if (head) {
      head.tabIndex = -1;
      head.focus({ preventScroll: true });
    }
  }
}

function leave(form, button, to) {
  if (button?.name) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = button.name;
    field.value = button.value;
    form.append(field);
  }
  form.action = to;
  form.submit();
}
