// Writes src/types.d.ts from the Rust types of the worker protocol, so that scripts and worker cannot drift apart.
// `node generate-types.mjs` writes, `node generate-types.mjs --check` fails when the file is not what it would write.
// It reads the sources as rustfmt formats them; anything it does not understand is an error, never a guess.
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const VIEWS = ["inspection", "lifecycle", "modules", "network", "pipelines", "proofs", "rehearsal", "verdict", "voting"].map((name) => `views/${name}`);
const PROTOCOL = ["command", "error", "event", "response", "shape", "views", ...VIEWS].map((name) => `worker/protocol/src/${name}.rs`);
const PRIMITIVES = ["address", "block", "manifest", "params", "payload", "proposal", "receipt", "tx"].map((name) => `client-core/primitives/src/${name}.rs`);

/** How `zera_primitives::plain` shows what it writes by hand. */
const PLAIN = {
  Amount: ["string", "Base units, decimal: 10^9 are one ZRA."],
  Hash: ["string", "32 bytes, hexadecimal."],
  AccountId: ["string", "32 bytes, hexadecimal; also read from an address."],
  ModuleId: ["string", "32 bytes, hexadecimal; also read from an address."],
  Signature: ["string", "64 bytes, hexadecimal."],
  StateKey: ["string", "Bytes, hexadecimal."],
  Height: ["number | string", "Number of a block; a decimal string above 2^53 − 1."],
  Slot: ["number | string", "Seconds of the chain's clock; a decimal string above 2^53 − 1."],
  ProposalId: ["number | string", "Number of a proposal; a decimal string above 2^53 − 1."],
  Gas: ["number | string", "Simple WASM operators; a decimal string above 2^53 − 1."],
};
const NUMBERS = new Set(["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize", "Sequence"]);

const known = new Map();

for (const file of [...PRIMITIVES, ...PROTOCOL]) {
  const source = readFileSync(new URL(file, root), "utf8");
  // The chain's own events and the worker's reports are both called `Event` in Rust; views carry the former.
  const chain = PRIMITIVES.includes(file) || file.endsWith("views.rs");
  collect(chain ? source.replace(/\bEvent\b/g, "ChainEvent") : source);
}

/** Notes every public type of a file with its documentation. */
function collect(source) {
  const code = source.split("\n#[cfg(test)]")[0];
  const head = /((?:^\/\/\/.*\n)*)(?:^#\[(?:[^\]]|\](?!\n))*\]\n)*^pub (struct|enum|type) (\w+)/gm;
  for (const match of code.matchAll(head)) {
    const [whole, doc, kind, name] = match;
    known.set(name, { doc: words(doc), kind, body: code.slice(match.index + whole.length) });
  }
}

function words(doc) {
  const text = doc.replace(/^\s*\/\/\/ ?/gm, "").trim().split("\n# Errors")[0].trim();
  return text.replace(/\[`?([\w:]+)`?\](\([^)]*\))?/g, "$1").replaceAll("*/", "* /");
}

/** The text between the bracket at `at` and the one that closes it. */
function inside(text, at) {
  const close = { "{": "}", "(": ")", "<": ">", "[": "]" }[text[at]];
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === text[at]) depth++;
    else if (text[i] === close && --depth === 0) return text.slice(at + 1, i);
  }
  throw new Error(`unclosed ${text[at]}`);
}

/** Splits at commas that stand in no bracket, comments and attributes kept with what follows them. */
function parts(text) {
  const found = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith("//", i)) i = text.indexOf("\n", i);
    else if ("{(<[".includes(text[i])) depth++;
    else if ("})>]".includes(text[i]) && text[i - 1] !== "-") depth--;
    else if (text[i] === "," && depth === 0) {
      found.push(text.slice(from, i));
      from = i + 1;
    }
  }
  if (text.slice(from).trim()) found.push(text.slice(from));
  return found;
}

/** An item without its comments and attributes, and its comment. */
function bare(item) {
  const doc = (item.match(/^\s*\/\/\/.*$/gm) ?? []).join("\n");
  let code = item.replace(/^\s*\/\/.*$/gm, "").trim();
  while (code.startsWith("#")) code = code.slice(code.indexOf("[") + inside(code, code.indexOf("[")).length + 2).trim();
  return { doc: words(doc), code };
}

const used = new Set();

function type(rust, inTuple = false) {
  const text = rust.trim().replace(/^pub /, "");
  const generic = /^(\w+)<(.*)>$/s.exec(text);
  if (text === "Vec<u8>") return inTuple ? "number[]" : "Uint8Array";
  if (text === "u128" || text === "i128") return "string";
  if (text === "String") return "string";
  if (text === "bool") return "boolean";
  if (NUMBERS.has(text)) return "number";
  if (text.startsWith("(")) return `[${parts(inside(text, 0)).map((part) => type(part, true)).join(", ")}]`;
  if (text.startsWith("[")) return `Array<${type(text.slice(1, text.indexOf(";")))}>`;
  if (generic?.[1] === "Option") return `${type(generic[2], inTuple)} | null`;
  if (generic?.[1] === "Box") return type(generic[2], inTuple);
  if (generic?.[1] === "Vec") return `Array<${type(generic[2], inTuple)}>`;
  if (/^\w+(::\w+)*$/.test(text)) {
    const name = text.split("::").at(-1);
    if (!(name in PLAIN) && !known.has(name)) throw new Error(`unknown type ${text}`);
    used.add(name);
    return name;
  }
  throw new Error(`cannot read the type ${text}`);
}

const comment = (doc, indent = "") => (doc ? `${indent}/** ${doc.replaceAll("\n", `\n${indent} * `)} */\n` : "");

function fields(text, indent) {
  return parts(text)
    .map((part) => bare(part))
    .map(({ doc, code }) => {
      const [, name, rust] = /^(?:pub )?(\w+): (.*)$/s.exec(code) ?? [];
      if (!name) throw new Error(`cannot read the field ${code}`);
      return `${comment(doc, indent)}${indent}${name}: ${type(rust)};`;
    })
    .join("\n");
}

function variant(item) {
  const { doc, code } = bare(item);
  const [, name, rest] = /^(\w+)(.*)$/s.exec(code) ?? [];
  if (!name) throw new Error(`cannot read the variant ${code}`);
  if (rest.trim() === "") return `${comment(doc, "  ")}  | "${name}"`;
  if (rest.startsWith("(")) {
    const inner = parts(inside(rest, 0)).map((part) => type(bare(part).code));
    return `${comment(doc, "  ")}  | { ${name}: ${inner.length === 1 ? inner[0] : `[${inner.join(", ")}]`} }`;
  }
  const at = rest.indexOf("{");
  return `${comment(doc, "  ")}  | {\n      ${name}: {\n${fields(inside(rest, at), "        ")}\n      };\n    }`;
}

function declare(name) {
  const { doc, kind, body } = known.get(name);
  if (kind === "type") return `${comment(doc)}export type ${name} = ${type(/= (.*);\n/.exec(body)[1])};`;
  if (kind === "enum") return `${comment(doc)}export type ${name} =\n${parts(inside(body, body.indexOf("{"))).map(variant).join("\n")};`;
  return `${comment(doc)}export interface ${name} {\n${fields(inside(body, body.indexOf("{")), "  ")}\n}`;
}

/** What a script sends and receives; everything these name follows. */
const declared = new Map();
for (const name of ["Command", "Response", "Event", "Error"]) used.add(name);
for (let left = [...used]; left.length; left = [...used].filter((name) => !declared.has(name))) {
  for (const name of left) declared.set(name, name in PLAIN ? `${comment(PLAIN[name][1])}export type ${name} = ${PLAIN[name][0]};` : declare(name));
}

const text = `// Generated by generate-types.mjs from the Rust types of the worker protocol. Do not edit.\n\n${[...declared.keys()]
  .sort()
  .map((name) => declared.get(name))
  .join("\n\n")}\n`;
const target = new URL("src/types.d.ts", import.meta.url);
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("pkg/src/types.d.ts is not what the Rust types give; run: node pkg/generate-types.mjs");
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
