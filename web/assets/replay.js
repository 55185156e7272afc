// Steps through a replay: by buttons, by arrow keys, by the slider, or by a tap on the drawing. Without this script the page is a list.

const box = document.querySelector('[data-replay]');
const stepper = box.querySelector('[data-stepper]');
const slider = stepper.querySelector('input');
const told = stepper.querySelector('[data-told]');
const drawing = box.querySelector('svg');
const cursor = drawing.querySelector('.cursor');
const scenes = [...box.querySelectorAll('.scenes > li')];
const marks = new Map([...drawing.querySelectorAll('[data-scene]')].map((m) => [Number(m.dataset.scene), m]));

function show(number) {
  const at = Math.min(Math.max(number, 1), scenes.length);
  slider.value = String(at);
  scenes.forEach((li, i) => {
    if (i + 1 === at) li.setAttribute('aria-current', 'step');
    else li.removeAttribute('aria-current');
  });
  for (const [n, mark] of marks) mark.classList.toggle('later', n > at);
  const mark = marks.get(at);
  if (mark) {
    cursor.setAttribute('x1', mark.getAttribute('x'));
    cursor.setAttribute('x2', mark.getAttribute('x'));
    cursor.removeAttribute('hidden');
  }
  const li = scenes[at - 1];
  const words = [li.querySelector('.when'), ...li.querySelectorAll('.told, small')].map((n) => n.textContent.trim());
  told.textContent = `${at} of ${scenes.length}: ${words.join(' · ')}`;
  slider.setAttribute('aria-valuetext', words.join(', '));
}

const at = () => Number(slider.value);

if (scenes.length > 0) {
  stepper.hidden = false;
  for (const button of stepper.querySelectorAll('[data-step]')) {
    button.addEventListener('click', () => show(at() + Number(button.dataset.step)));
  }
  slider.addEventListener('input', () => show(at()));
  document.addEventListener('keydown', (e) => {
    if (e.altKey || e.ctrlKey || e.metaKey || e.shiftKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.nodeName)) return;
    const to = { ArrowRight: at() + 1, ArrowLeft: at() - 1, Home: 1, End: scenes.length }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    show(to);
  });
  drawing.addEventListener('click', (e) => {
    let best = 0;
    let nearest = Infinity;
    for (const [n, mark] of marks) {
      const r = mark.firstElementChild.getBoundingClientRect();
      const far = Math.hypot(e.clientX - (r.left + r.right) / 2, e.clientY - (r.top + r.bottom) / 2);
      if (far < nearest) [best, nearest] = [n, far];
    }
    if (best) show(best);
  });
  show(1);
}
