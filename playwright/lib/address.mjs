// Addresses of the solo chain, written against BIP350 and not against the client's code: scripts know modules and accounts
// by their 32 bytes in hexadecimal, pages by their addresses.
const DIGITS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** What a Bech32m checksum comes to. */
const M = 0x2bc830a3;

function polymod(values) {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((term, bit) => {
      if ((top >>> bit) & 1) sum ^= term;
    });
  }
  return sum;
}

/** Eight bits at a time become five at a time, zeros at the end. */
function fives(bytes) {
  const out = [];
  let [held, bits] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out.push((held << (5 - bits)) & 31);
  return out;
}

function encode(prefix, hex) {
  const data = fives(Buffer.from(hex, "hex"));
  const letters = [...prefix].map((letter) => letter.charCodeAt(0));
  const head = [...letters.map((code) => code >> 5), 0, ...letters.map((code) => code & 31)];
  const check = polymod([...head, ...data, 0, 0, 0, 0, 0, 0]) ^ M;
  const sum = [0, 1, 2, 3, 4, 5].map((index) => (check >>> (5 * (5 - index))) & 31);
  return `${prefix}1${[...data, ...sum].map((value) => DIGITS[value]).join("")}`;
}

/** A module's address. */
export const moduleAddress = (id) => encode("zerasmod", id);

/** An account's address. */
export const accountAddress = (id) => encode("zeras", id);
