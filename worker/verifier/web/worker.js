// Verifies proof files without a node: `{ id, file, keys }` comes in, both `ArrayBuffer`s; `{ id, verdict }` goes out, SCALE
// of `Result<VerdictView, Error>`, or `{ id, failed }`.
import init, { verify } from "./verifier.js";

const ready = init();

onmessage = async ({ data: { id, file, keys } }) => {
  try {
    await ready;
    const verdict = verify(new Uint8Array(file), keys ? new Uint8Array(keys) : undefined);
    postMessage({ id, verdict: verdict.buffer }, [verdict.buffer]);
  } catch (error) {
    postMessage({ id, failed: String(error?.message ?? error) });
  }
};
