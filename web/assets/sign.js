// Signs with a wallet in this browser: asks it for an EIP-712 signature over exactly the typed data that the page shows,
// puts the answer into the form's signature field and posts the form. Without a wallet the page offers other ways.

const wallet = window.ethereum;

function say(form, words) {
  const line = form.querySelector('[data-fault]');
  line.textContent = words;
  line.hidden = words === '';
}

async function sign(form) {
  say(form, '');
  if (!form.reportValidity()) return;
  const text = document.getElementById(form.dataset.typed).textContent;
  const want = form.dataset.signers.split(' ').filter(Boolean).map((a) => a.toLowerCase());
  try {
    const accounts = await wallet.request({ method: 'eth_requestAccounts' });
    const account = accounts.find((a) => want.includes(a.toLowerCase()));
    if (!account) {
      say(form, 'The wallet offers none of your keys in the plan. Choose the account there and try again.');
      return;
    }
    const signature = await wallet.request({ method: 'eth_signTypedData_v4', params: [account, text] });
    form.elements.signature.value = signature;
    form.requestSubmit();
  } catch (e) {
    say(form, e && e.code === 4001 ? 'You refused in the wallet. Nothing was signed.' : 'The wallet did not sign. ' + ((e && e.message) || ''));
  }
}

if (wallet) {
  for (const button of document.querySelectorAll('[data-wallet]')) button.hidden = false;
  document.addEventListener('click', (e) => {
    const button = e.target.closest('[data-wallet]');
    if (button) sign(button.form);
  });
}
