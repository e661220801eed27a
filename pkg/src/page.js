// Gives scripts in a page the page's own node as `globalThis.zera`: open the console and type `await zera.status()`.
// The page loads this module first and calls `zera.use(worker)` with every worker that it starts, right after starting it,
// and `zera.stopped(error)` when it starts no more.
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
  /** The page's node has stopped for good, for this reason: whoever asked, or asks from now on, is told. */
  stopped(error) {
    // Without a worker that ever listened, those who wait for one are told here.
    if (!client._worker) client._begin();
    client._stop(new ZeraError(error));
  },
});
