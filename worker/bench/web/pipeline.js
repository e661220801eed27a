// A pipeline of the suite `blocks`: the benches' own program in another thread, compiled once, as the page's pipelines are.
import { initSync, pipeline } from "./bench.js";

addEventListener("message", ({ data }) => {
  initSync({ module: data });
  pipeline();
}, { once: true });

addEventListener("error", (event) => {
  event.preventDefault();
  postMessage(event.message);
});
