// The benches' worker: `{suites: [name], quick}` comes in; `{suite, started}`, `{suite, done, of}`, `{suite, case}`,
// `{suite, failed}` and last `{ended}` go out. Whoever wants it to stop terminates it.
import init, { suites } from "./bench.js";

onmessage = async ({ data }) => {
  const tell = (message) => postMessage(message);
  try {
    await init();
    await suites(data.suites, data.quick === true, tell);
    tell({ ended: true });
  } catch (error) {
    tell({ ended: true, failed: String(error?.message ?? error) });
  }
};
