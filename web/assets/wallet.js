// Speaks with the wallets of this browser: finds those that announce themselves (EIP-6963), else the one that is simply there
// (EIP-1193), and asks one for a signature of typed data (EIP-712). What wallets say is text, never markup.

const announced = new Map(); // by the wallet's own id
let changed = () => {};

window.addEventListener('eip6963:announceProvider', (e) => {
  const { info, provider } = e.detail || {};
  if (!info || typeof info.uuid !== 'string' || !provider || typeof provider.request !== 'function') return;
  const name = String(info.name || 'A wallet').slice(0, 60);
  const from = String(info.rdns || '').slice(0, 60);
  announced.set(info.uuid, { id: info.uuid, name: from ? `${name} (${from})` : name, provider });
  changed();
});

// watch calls back whenever another wallet announces itself, and asks all to do so.
export function watch(callback) {
  changed = callback;
  window.dispatchEvent(new Event('eip6963:requestProvider'));
}

// wallets lists those that can be asked now.
export function wallets() {
  if (announced.size) return [...announced.values()];
  const plain = window.ethereum;
  return plain && typeof plain.request === 'function' ? [{ id: 'browser', name: 'The wallet of this browser', provider: plain }] : [];
}

// Spoken is an error in words that a person may read as they are.
export class Spoken extends Error {}

// sign asks a wallet for a signature over typed data, given as JSON, by one of a person's accounts.
export async function sign(wallet, typed, own) {
  const { provider } = wallet;
  try {
    const offered = await provider.request({ method: 'eth_requestAccounts' });
    if (!Array.isArray(offered)) throw new Spoken('The wallet offers no accounts. Unlock it and try again.');
    const account = offered.find((a) => own.includes(String(a).toLowerCase()));
    if (!account) {
      const got = offered.length ? offered.map(short).join(', ') : 'none';
      throw new Spoken(`The wallet offers ${got}; the plan has you sign with ${own.map(short).join(' or ')}. Choose that account in the wallet and try again.`);
    }
    await onChain(provider, JSON.parse(typed).domain.chainId);
    const signature = await provider.request({ method: 'eth_signTypedData_v4', params: [account, typed] });
    if (!/^0x([0-9a-f]{2}){64,}$/i.test(signature)) throw new Spoken('The wallet answered with something that is no signature. Nothing was handed in.');
    return signature;
  } catch (e) {
    throw e instanceof Spoken ? e : new Spoken(words(e));
  }
}

// onChain has the wallet work on the chain that is signed for: wallets refuse to sign for another.
async function onChain(provider, chain) {
  if (chain === undefined) return;
  const want = BigInt(chain);
  const at = async () => BigInt(await provider.request({ method: 'eth_chainId' }));
  const now = await at();
  if (now === want) return;
  try {
    await provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: '0x' + want.toString(16) }] });
  } catch (e) {
    if (codeOf(e) === 4001) throw new Spoken(`The wallet is on chain ${now} and you kept it there; this is signed for chain ${want}. Nothing was signed.`);
    if (codeOf(e) === 4902) throw new Spoken(`The wallet does not know chain ${want}, which this is signed for. Add the chain to it, or sign another way.`);
    throw new Spoken(`The wallet is on chain ${now}, and this is signed for chain ${want}. Choose chain ${want} in the wallet and try again.`);
  }
  const then = await at();
  if (then !== want) throw new Spoken(`The wallet is still on chain ${then}, and this is signed for chain ${want}. Choose that chain in it and try again.`);
}

function short(address) {
  const a = String(address);
  return a.length > 12 ? `${a.slice(0, 6)}…${a.slice(-4)}` : a;
}

function codeOf(e) {
  return e && (e.code ?? (e.data && e.data.code));
}

// words says what went wrong, by the codes of EIP-1193 and JSON-RPC.
function words(e) {
  const more = e && e.message ? ` It says: ${String(e.message).slice(0, 300)}` : '';
  switch (codeOf(e)) {
    case 4001:
      return 'You refused in the wallet. Nothing was signed.';
    case 4100:
      return 'The wallet does not let this page use the account. Unlock it, allow this page there, and try again.';
    case 4200:
    case -32601:
      return 'The wallet cannot sign typed data (eth_signTypedData_v4). Use another wallet, or sign another way.';
    case 4900:
    case 4901:
      return 'The wallet has no connection to its chain. Wait a moment and try again, or sign another way.';
    case -32002:
      return 'The wallet is waiting for you already. Open it and answer there.';
    default:
      return `The wallet did not sign.${more}`;
  }
}
