import bs58 from 'bs58';
import { malleate, type ReferenceKey, referenceKey, referenceSign, toBase64url } from './reference.ts';

export interface SignatureVector {
  name: string;
  public_key: string;
  domain: string;
  text: string;
  signature: string;
  valid: boolean;
  /** What a bare Ed25519 library may say: true where the check is the caller's own (s below the group order, small-order keys). */
  bare_library_accepts?: boolean;
}

const key = referenceKey(1);
const other = referenceKey(2);
const domain = 'watt/frame/1';
const text = '{"type":"drain","session":"AAAAAAAAAAAAAAAAAAAAAA","seq":1}';
const good = referenceSign(key, domain, text);

/** Signatures over `<domain>\n<text>`: what `verifyText` must say to each. */
export function signatureVectors(): SignatureVector[] {
  return [...valid(), ...invalid(), ...walletStatements(), ...weakKeys()];
}

function valid(): SignatureVector[] {
  const texts = {
    'plain text': text,
    'empty text': '',
    'text beyond ASCII': 'für 200 WATT ⚡ 数',
    'line feeds': 'a\nb\n',
  };
  return Object.entries(texts).map(([name, value]) => signed(name, key, value));
}

function signed(name: string, signer: ReferenceKey, value: string): SignatureVector {
  const signature = referenceSign(signer, domain, value);
  return { name, public_key: signer.publicKey, domain, text: value, signature, valid: true };
}

function invalid(): SignatureVector[] {
  const bad = (name: string, change: Partial<SignatureVector>): SignatureVector => ({
    name,
    public_key: key.publicKey,
    domain,
    text,
    signature: good,
    valid: false,
    ...change,
  });
  return [
    bad('one bit of the signature flipped', { signature: flipFirstBit(good) }),
    bad('one letter of the text changed', { text: text.replace('"seq":1', '"seq":2') }),
    bad('a space added to the text', { text: `${text} ` }),
    bad('another key', { public_key: other.publicKey }),
    bad('signed for another domain', { domain: 'watt/receipt/1' }),
    bad('signed without a domain', { signature: referenceSign(key, '', text) }),
    bad('signature cut short', { signature: good.slice(0, -1) }),
    bad('signature of no length', { signature: '' }),
    bad('signature with padding', { signature: `${good}==` }),
    bad('signature in standard base64', { signature: good.replaceAll('-', '+').replaceAll('_', '/') }),
    bad('non-canonical base64url: unused bits set', {
      signature: good.slice(0, -1) + nextLetter(good.slice(-1)),
      bare_library_accepts: true,
    }),
    bad('malleated: s + group order', { signature: malleate(good), bare_library_accepts: true }),
    bad('signature of zeros', { signature: toBase64url(new Uint8Array(64)) }),
    bad('key that is not base58', { public_key: `${key.publicKey.slice(0, -1)}0` }),
    bad('key of 31 bytes', { public_key: bs58.encode(bs58.decode(key.publicKey).subarray(0, 31)) }),
  ];
}

function walletStatements(): SignatureVector[] {
  const node = referenceKey(3).publicKey;
  const wallet = referenceKey(4);
  const statement = `node ${node} pays out to wallet ${wallet.publicKey}`;
  const walletDomain = 'watt/wallet/1';
  const agreed = {
    public_key: wallet.publicKey,
    domain: walletDomain,
    text: statement,
    signature: referenceSign(wallet, walletDomain, statement),
  };
  return [
    { name: 'wallet statement', ...agreed, valid: true },
    {
      ...agreed,
      name: 'wallet statement for another node',
      text: statement.replace(node, other.publicKey),
      valid: false,
    },
    {
      ...agreed,
      name: 'wallet statement signed by the node itself',
      signature: referenceSign(referenceKey(3), walletDomain, statement),
      valid: false,
    },
    { ...agreed, name: 'wallet statement in the frame domain', domain, valid: false },
  ];
}

/** R = the neutral element, s = 0: holds for every text under the neutral key, for one text in eight or so under the others. */
function weakKeys(): SignatureVector[] {
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  const signature = toBase64url(Uint8Array.from([...neutral, ...new Uint8Array(32)]));
  const public_key = bs58.encode(neutral);
  const forged = { public_key, domain, text, signature, valid: false, bare_library_accepts: true };
  return [{ name: 'forged for the neutral key, which nobody holds', ...forged }];
}

function flipFirstBit(signature: string): string {
  return (signature.startsWith('A') ? 'g' : 'A') + signature.slice(1);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function nextLetter(letter: string): string {
  return LETTERS.charAt(LETTERS.indexOf(letter) + 1);
}
