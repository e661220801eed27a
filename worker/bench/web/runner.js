// The plain runner: a button for people, `globalThis.bench(suites, quick, tell)` for scripts.
const ALL = (globalThis.suites = ["contract", "short", "blocks", "messages", "root", "commit", "light", "million"]);

globalThis.bench = (suites = ALL, quick = false, tell = () => {}) =>
  new Promise((resolve) => {
    const worker = new Worker("/bench/worker.js", { type: "module" });
    const stop = (failed) => {
      worker.terminate();
      resolve(failed ?? null);
    };
    worker.onmessage = ({ data }) => {
      tell(data);
      if (data.ended) stop(data.failed);
    };
    worker.onerror = (event) => stop(event.message || "the benches' worker could not start");
    worker.postMessage({ suites, quick });
  });

document.getElementById("run").onclick = () => {
  const [now, out] = [document.getElementById("now"), document.getElementById("out")];
  globalThis.bench(ALL, false, (message) => {
    if (message.of) now.textContent = `${message.suite}: ${message.done} of ${message.of}`;
    if (message.case) out.append(`${message.case}\n`);
    if (message.failed) out.append(`${message.suite ?? "all"}: ${message.failed}\n`);
    if (message.ended) now.textContent = "done";
  });
};
