// An independent checker of the code on a statement, written from docs/statement.md alone. As a program:
// node checker.mjs keys.json < codes, one a line; it prints one line of JSON for each.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const fail = (why) => { throw new Error(why); };

function bytesOf(text) {
  const digits = text.slice(text.indexOf("#") + 1).replace(/\s/g, "");
  if (!/^(\d{5})+(\d{3})?$/.test(digits)) fail("damaged");
  return Buffer.concat(digits.match(/\d{5}|\d{3}$/g).map((group) => {
    const out = Buffer.alloc(group.length === 5 ? 2 : 1);
    out.writeUIntBE(Number(group), 0, out.length); // which refuses a number that is too large
    return out;
  }));
}

function cbor(data) {
  let at = 0;
  const value = (depth) => {
    const first = data[at++], kind = first >> 5, small = first & 31, size = small < 24 ? 0 : 1 << (small - 24);
    if (first === 0xf6) return null;
    if (depth > 5 || !(kind < 6) || small > 26) fail("damaged");
    const n = size ? data.readUIntBE(at, size) : small;
    at += size;
    if ((size && n < [24, 256, 0, 65536][size - 1]) || (kind > 1 && at + n > data.length)) fail("damaged");
    if (kind < 2) return kind ? -1 - n : n;
    if (kind < 4) at += n;
    if (kind === 2) return data.subarray(at - n, at);
    if (kind === 3) return new TextDecoder("utf-8", { fatal: true }).decode(data.subarray(at - n, at));
    const items = Array.from({ length: n }, () => (kind === 4 ? value(depth + 1) : [value(depth + 1), value(depth + 1)]));
    return kind === 4 ? items : new Map(items);
  };
  const all = value(0);
  return at === data.length ? all : fail("damaged");
}

function check(text, keys) {
  const message = bytesOf(text), [head, open, payload, signature] = cbor(message), headers = cbor(head);
  if (headers.size !== 2 || headers.get(1) !== -7 || open.size !== 0 || signature.length !== 64) fail("damaged");
  const key = keys.find((one) => one.kid === headers.get(4).toString("base64url")) || fail("key unknown");
  const signed = Buffer.concat([Buffer.from("846a5369676e617475726531", "hex"), message.subarray(1, 2 + head.length),
    Buffer.from([0x40]), message.subarray(3 + head.length, -66)]);
  const publicKey = { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  if (!verify("sha256", signed, publicKey, signature)) fail("altered");
  const sheet = cbor(inflateRawSync(payload, { maxOutputLength: 65536 })), at = sheet.get(3), inner = sheet.get(4);
  if (sheet.get(1) !== 1) fail("version unknown");
  if (at < key.nbf || at > key.exp || key.revoked) fail("key not in force");
  const digest = createHash("sha256").update(inner).digest("hex");
  return { by: key.name, number: sheet.get(2).toString("hex"), at, content: cbor(inner), digest };
}

const { keys } = JSON.parse(readFileSync(process.argv[2]));
const plain = (_, value) => (value instanceof Map ? Object.fromEntries(value) : value);
for (const code of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  try {
    console.log(JSON.stringify(check(code, keys), plain));
  } catch (error) {
    console.log(JSON.stringify({ refused: error.message }));
  }
}
