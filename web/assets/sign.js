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
  const typed = document.getElementById(form.dataset.typed).textContent;
  const own = form.dataset.signers.toLowerCase().split(' ');
  try {
    const accounts = await wallet.request({ method: 'eth_requestAccounts' });
    const account = accounts.find((a) => own.includes(a.toLowerCase()));
    if (!account) {
      say(form, 'The wallet offers none of the accounts that the plan has for you. Choose the account there and try again.');
      return;
    }
    form.elements.signature.value = await wallet.request({ method: 'eth_signTypedData_v4', params: [account, typed] });
    form.submit();
  } catch (e) {
    const refused = e && e.code === 4001;
    say(form, refused ? 'You refused in the wallet. Nothing was signed.' : `The wallet did not sign. ${(e && e.message) || ''}`);
  }
}

// offer shows the wallet's forms, also those that came with a change of the page.
function offer() {
  for (const form of document.querySelectorAll('form[data-wallet][hidden]')) {
    form.hidden = false;
    form.querySelector('button').addEventListener('click', () => sign(form));
    const elsewhere = form.parentElement.querySelector('details[data-elsewhere]');
    if (elsewhere) elsewhere.open = false;
  }
}

if (wallet) {
  offer();
  document.addEventListener('tocsin-changed', offer);
}
