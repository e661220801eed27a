// Gives scripts in a page the page's own node as `globalThis.zera`: open the console and type `await zera.status()`.
// The page loads this module first and calls `zera.use(worker)` with every worker that it starts, right after starting it.
import { Client, ZeraError, showZra, zra } from "./index.js";

const client = new Client();
globalThis.zera = Object.assign(client, {
  zra,
  showZra,
  ZeraError,
  /** The page has started this worker. */
  use(worker) {
    client._stopped = undefined;
    client._fail(new ZeraError({ kind: "Panicked", cause: "Client", fatal: true, detail: "the page has started another worker" }));
    client._use(worker);
  },
});
