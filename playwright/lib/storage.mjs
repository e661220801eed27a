// Damage to the stored chain, done by a page of the same origin on which no node runs.
import { open } from "./browser.mjs";

/** Runs `damage(database, argument)` in a page without a worker, with the node's page closed. */
export async function damaged(context, url, damage, argument) {
  const page = await open(context, url);
  await page.goto(`${url}icons/favicon.svg`);
  const done = await page.evaluate(DAMAGE[damage], argument);
  await page.close();
  return done;
}

const DAMAGE = {
  /** Flips a bit in the middle of the record that stands `back` blocks below the newest. */
  record: async (back) => {
    const promised = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await promised(indexedDB.open("zera"));
    const store = database.transaction("records", "readwrite").objectStore("records");
    const keys = await promised(store.getAllKeys());
    const key = keys[keys.length - 1 - back];
    const value = new Uint8Array(await promised(store.get(key)));
    value[value.length >> 1] ^= 1;
    await promised(store.put(value, key));
    database.close();
    return key;
  },
  /** Flips a bit of the head pointer. */
  head: async () => {
    const promised = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await promised(indexedDB.open("zera"));
    const store = database.transaction("meta", "readwrite").objectStore("meta");
    const value = new Uint8Array(await promised(store.get("head")));
    value[value.length >> 1] ^= 1;
    await promised(store.put(value, "head"));
    database.close();
  },
  /** Makes it look as if a newer client had migrated it. */
  newer: () => new Promise((resolve, reject) => {
    const request = indexedDB.open("zera", 1_000);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
    request.onerror = () => reject(request.error);
  }),
};
