// Proving keys of this origin: fetched once, streamed into the browser's cache, and read from there in pieces, so that
// memory never holds a whole key. Cache Storage takes streams and gives blobs that stay on disk; IndexedDB would take a
// key as one value. Every section's hash is checked by whoever reads it.
const CACHE = "zera-keys";

// Beside the page, whose prover/ this is.
const address = (name) => new URL(`../keys/${name}.key`, self.location.href).href;

// Where pages have no cache (no secure context), a fetched key stays in memory as long as its prover.
const opened = async () => (self.caches ? await caches.open(CACHE) : undefined);

/** The key's blob; `tell(got, of)` while it is fetched, and once with all bytes. */
export async function openKey(name, tell) {
  const cache = await opened();
  const cached = await cache?.match(address(name));
  if (cached) {
    const blob = await cached.blob();
    tell(blob.size, blob.size);
    return blob;
  }
  const response = await fetch(address(name));
  if (!response.ok) throw new Error(`the proving key ${name} could not be fetched: ${response.status} ${response.statusText}`);
  const of = Number(response.headers.get("content-length") ?? 0);
  let got = 0;
  const count = new TransformStream({
    transform(chunk, out) {
      got += chunk.byteLength;
      tell(got, Math.max(got, of));
      out.enqueue(chunk);
    },
  });
  const counted = new Response(response.body.pipeThrough(count));
  if (!cache) return counted.blob();
  await cache.put(address(name), counted);
  const kept = await cache.match(address(name));
  if (!kept) throw new Error("the browser did not keep the proving key; the disk may be full");
  return kept.blob();
}

/** Whether a key is there already, without fetching. */
export async function hasKey(name) {
  const cache = await opened();
  return (await cache?.match(address(name))) !== undefined;
}

/** Lets go of a key that is damaged. */
export async function forgetKey(name) {
  const cache = await opened();
  await cache?.delete(address(name));
}

/** Bytes of a key; waits. */
export function readKey(blob, from, to) {
  return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob.slice(from, to)));
}
