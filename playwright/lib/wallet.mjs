// A wallet outside the page, written against the documents and not against the client's code: BIP39 and SLIP-0010 keys,
// the signing payload of design section 5. It signs what the page would never sign.
import { createHmac, createPrivateKey, createPublicKey, pbkdf2Sync, sign } from "node:crypto";

const HARDENED = 0x8000_0000;
const PATH = [44, 1, 0];
/** An Ed25519 seed as PKCS#8 begins with these bytes. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

const DOMAIN = Buffer.from("zera/transaction/v1\0");
/** Where the parts of a signing payload begin: domain, genesis, runtime version (u32), nonce, expiry, transaction. */
const GENESIS = DOMAIN.length;
const NONCE = GENESIS + 32 + 4;
const EXPIRY = NONCE + 8;
const BODY = EXPIRY + 8;
/** A transaction begins with its sender; nonce and expiry follow. */
const BODY_NONCE = BODY + 32;
const BODY_EXPIRY = BODY_NONCE + 8;

/** The key behind twelve words. */
export function wallet(words) {
  const master = pbkdf2Sync(words.join(" ").normalize("NFKD"), "mnemonic", 2048, 64, "sha512");
  let [key, chain] = halves("ed25519 seed", master);
  for (const step of PATH) {
    const index = Buffer.alloc(4);
    index.writeUInt32BE((step | HARDENED) >>> 0);
    [key, chain] = halves(chain, Buffer.concat([Buffer.of(0), key, index]));
  }
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, key]), format: "der", type: "pkcs8" });
  const account = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  return { account, sign: (bytes) => sign(null, bytes, secret) };
}

function halves(key, data) {
  const all = createHmac("sha512", key).update(data).digest();
  return [all.subarray(0, 32), all.subarray(32)];
}

/** A transaction with another nonce or expiry than the plan's payload has, signed for the genesis given. */
export function signed(owner, payload, { nonce, expiry, genesis } = {}) {
  const bytes = Buffer.from(payload);
  for (const [value, places] of [[nonce, [NONCE, BODY_NONCE]], [expiry, [EXPIRY, BODY_EXPIRY]]]) {
    if (value !== undefined) for (const at of places) bytes.writeBigUInt64LE(BigInt(value), at);
  }
  if (genesis) Buffer.from(genesis, "hex").copy(bytes, GENESIS);
  return Buffer.concat([bytes.subarray(BODY), owner.sign(bytes)]);
}

/** The nonce in a payload. */
export const nonceOf = (payload) => Buffer.from(payload).readBigUInt64LE(NONCE);
