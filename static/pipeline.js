// A pipeline: the node worker's own program in another thread. It is compiled once and comes as the first message; which
// role it plays it reads from this worker's name.
import { initSync } from "./worker.js";

addEventListener("message", ({ data }) => initSync({ module: data }), { once: true });

// The end of the program is this pipeline's alone: the node hears of it and replaces it.
addEventListener("error", (event) => {
  event.preventDefault();
  postMessage(event.message);
});
